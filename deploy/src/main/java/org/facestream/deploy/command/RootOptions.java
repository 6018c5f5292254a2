package org.facestream.deploy.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.stage.Configuration;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every subcommand inherits. */
public abstract class RootOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Configuration file in YAML. Also FACESTREAM_CONFIG.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      scope = ScopeType.INHERIT,
      description = "One setting; overrides file and environment. Repeatable.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Show more log lines.")
  private boolean verbose;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the code an error occurred.")
  private boolean stacktrace;

  Configuration configuration() {
    Map<String, String> environment = System.getenv();
    Optional<Path> file = Optional.ofNullable(config);
    if (file.isEmpty()) {
      file = Optional.ofNullable(environment.get("FACESTREAM_CONFIG")).map(Path::of);
    }
    return new Configuration(file, environment, settings);
  }

  boolean stacktrace() {
    return stacktrace;
  }

  /** Shows that much of the log, or more when it was asked for. */
  void console(LogOutput.Console console) {
    LogOutput.console(verbose ? LogOutput.Console.verbose : console);
  }
}
