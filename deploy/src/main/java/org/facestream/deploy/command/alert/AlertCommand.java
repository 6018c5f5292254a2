package org.facestream.deploy.command.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.alert.AlertRule;
import org.facestream.sink.alert.AlertRules;
import org.facestream.sink.alert.Match;
import org.facestream.sink.alert.Schedule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "alert",
    header = "List, set, delete or test rules for alerts, and show what became of alerts.",
    description = {
      "",
      "A rule describes whom an alert is about, where and when. An outlet is where alerts go: settings",
      "of the sink, sink.outlets.NAME. Running sinks apply changes of rules at once."
    },
    footer = {
      "",
      "Examples:",
      "  facestream alert set thieves --watchlist wanted --outlet guard",
      "  facestream alert set --file rules.yaml",
      "  facestream alert test thieves",
      "  facestream alert history --rule thieves"
    },
    subcommands = {
      AlertCommand.ListRules.class,
      AlertSetCommand.class,
      AlertCommand.Delete.class,
      AlertTestCommand.class,
      AlertHistoryCommand.class
    })
public final class AlertCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(), "Give a command for alerts: list, set, delete, test or history.");
  }

  @Command(name = "list", header = "List the rules.")
  static final class ListRules extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    protected int execute() {
      List<AlertRule> rules;
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        rules = new AlertRules(connection.clients()).list();
      }
      if (json) {
        out().println(new String(Json.bytes(rules), UTF_8));
        return 0;
      }
      for (AlertRule rule : rules) {
        out()
            .printf(
                "%-24s  %-8s  %s  ->  %s%n",
                rule.id(),
                rule.enabled() ? "enabled" : "disabled",
                words(rule),
                rule.outlets().isEmpty() ? "recorded only" : String.join(", ", rule.outlets()));
      }
      if (rules.isEmpty()) {
        err().println("No rules. `facestream alert set` adds one.");
      }
      return 0;
    }
  }

  /** What a rule is about, in a line. */
  private static String words(AlertRule rule) {
    Match match = rule.match();
    List<String> parts = new ArrayList<>();
    add(parts, "people", match.people());
    add(parts, "watchlists", match.watchlists());
    if (match.unknown()) {
      parts.add("unknown people");
    }
    if (match.visits() != null) {
      parts.add(String.format(Locale.ROOT, "visitors from visit %d", match.visits()));
    }
    String who = parts.isEmpty() ? "everybody" : String.join(" or ", parts);
    List<String> where = new ArrayList<>();
    add(where, "cameras", match.cameras());
    add(where, "zones", match.zones());
    if (match.minQuality() > 0) {
      where.add(String.format(Locale.ROOT, "quality from %.2f", match.minQuality()));
    }
    Schedule schedule = rule.schedule();
    if (schedule != null) {
      where.add("hours in " + schedule.timeZone());
    }
    return where.isEmpty() ? who : who + "; " + String.join("; ", where);
  }

  private static void add(List<String> parts, String what, List<String> names) {
    if (!names.isEmpty()) {
      parts.add(what + " " + String.join(", ", names));
    }
  }

  @Command(
      name = "delete",
      header = "Delete rules.",
      description = {"", "Alerts that were raised stay in the history."})
  static final class Delete extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(arity = "1..*", paramLabel = "RULE", description = "The rules' ids.")
    private List<String> ids;

    @Override
    protected int execute() {
      int missing = 0;
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        AlertRules rules = new AlertRules(connection.clients());
        for (String id : ids) {
          if (rules.delete(id)) {
            out().println("Rule '" + id + "' is deleted.");
          } else {
            err().println(none(id));
            missing++;
          }
        }
      }
      return missing == 0 ? 0 : Complaints.USER_ERROR;
    }
  }

  static String none(String id) {
    return "facestream: there is no rule '" + id + "'; `alert list` shows all.";
  }
}
