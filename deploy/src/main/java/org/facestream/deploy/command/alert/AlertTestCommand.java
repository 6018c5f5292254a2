package org.facestream.deploy.command.alert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.alert.AlertRule;
import org.facestream.sink.alert.AlertRules;
import org.facestream.sink.alert.AlertTrial;
import org.facestream.sink.alert.outlet.Outcome;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.alert.outlet.Outlets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "test",
    header = "Send one test message to the outlets of a rule, or to one outlet.",
    description = {
      "",
      "Sends from this machine with this configuration, also for a rule that is disabled. The exit",
      "code is 1 when an outlet does not confirm it."
    })
final class AlertTestCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(index = "0", arity = "0..1", paramLabel = "RULE", description = "The rule's id.")
  private @Nullable String rule;

  @Option(names = "--outlet", paramLabel = "NAME", description = "This outlet, without a rule.")
  private @Nullable String outlet;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() throws InterruptedException {
    if ((rule == null) == (outlet == null)) {
      throw new ParameterException(
          spec.commandLine(), "Give the id of a rule, or an outlet: --outlet NAME.");
    }
    Map<String, Outlet> outlets =
        Outlets.of(configuration().settings().get(SinkConfig.class).outlets());
    Map<String, Outcome> outcomes;
    try (Closing closing = new Closing()) {
      outlets.values().forEach(closing::add);
      AlertTrial trial = new AlertTrial(outlets);
      outcomes = outlet == null ? trial.of(find()) : Map.of(outlet, trial.of(outlet));
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    outcomes.forEach(
        (name, outcome) -> {
          if (json) {
            result
                .putObject(name)
                .put("delivered", delivered(outcome))
                .put("detail", outcome.detail());
          } else {
            out()
                .printf(
                    "%s: %s%n",
                    name, delivered(outcome) ? "confirmed" : "not confirmed: " + outcome.detail());
          }
        });
    if (json) {
      out().println(Json.text(result));
    }
    return outcomes.values().stream().allMatch(AlertTestCommand::delivered)
        ? 0
        : Complaints.FAILURE;
  }

  private static boolean delivered(Outcome outcome) {
    return outcome.kind() == Outcome.Kind.delivered;
  }

  private AlertRule find() {
    try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
      String id = String.valueOf(rule);
      return new AlertRules(connection.clients())
          .find(id)
          .orElseThrow(
              () -> new UserError("There is no rule '%s'; `alert list` shows all.".formatted(id)));
    }
  }
}
