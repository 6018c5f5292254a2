package org.facestream.deploy.command.config;

import java.io.PrintWriter;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.Key;
import org.facestream.ingest.worker.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "config",
    header = "List every configuration key.",
    description = {
      "",
      "Prints each key with its type, default, meaning and environment variable. The file",
      "overrides defaults, the environment overrides the file, and --set overrides the",
      "environment."
    },
    footer = {
      "",
      "Examples:",
      "  facestream config",
      "  facestream config --effective --config facestream.yaml",
      "  facestream config --markdown"
    })
public final class ConfigCommand extends Subcommand {
  @Option(names = "--markdown", description = "Print the table in deploy/docs/configuration.md.")
  private boolean markdown;

  @Option(names = "--effective", description = "Print the current values, with secrets masked.")
  private boolean effective;

  @Override
  protected int execute() {
    Settings settings = configuration().settings();
    if (effective) {
      settings.effective().forEach((key, value) -> out().println(key + "=" + value));
    } else if (markdown) {
      out().print(markdown());
    } else {
      list(out(), settings);
    }
    return 0;
  }

  private static void list(PrintWriter out, Settings settings) {
    for (Key key : settings.keys()) {
      out.printf(
          "%s  (%s; default %s; %s)%n    %s%n",
          key.name(), key.form(), key.defaultValue().orElse("none"), key.variable(), key.meaning());
    }
  }

  /** The table of every key, as deploy/docs/configuration.md has it between its markers. */
  public static String markdown() {
    StringBuilder table =
        new StringBuilder("| key | takes | default | meaning |\n|---|---|---|---|\n");
    for (Key key : Key.of(Configuration.MAPPINGS).values()) {
      table.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  key.name(),
                  cell(key.form()),
                  key.defaultValue().map("`%s`"::formatted).orElse(""),
                  cell(key.meaning())));
    }
    return table.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
