package org.facestream.deploy.command.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.TimeRange;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.alert.AlertRecords;
import org.facestream.sink.alert.AlertRecords.Alert;
import org.facestream.sink.alert.AlertRecords.Delivery;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "history",
    header = "List alerts, the latest first, and what became of each at its outlets.",
    description = {
      "",
      "raised: to be sent; cool_down: another one about the same person came shortly before; too_old:",
      "the event was older than sink.alert-max-age."
    })
final class AlertHistoryCommand extends Subcommand {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Mixin private KafkaOptions kafka;

  @Option(names = "--rule", paramLabel = "RULE", description = "Only alerts of this rule.")
  private @Nullable String rule;

  @Option(
      names = "--outlet",
      paramLabel = "NAME",
      description = "Only alerts that this outlet did not confirm.")
  private @Nullable String outlet;

  @Option(names = "--camera", paramLabel = "ID", description = "Only alerts of this camera.")
  private @Nullable String camera;

  @Mixin private TimeRange raised;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Largest number of alerts. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() throws StoreException {
    if (limit < 1) {
      throw new UserError("--limit must be 1 or more.");
    }
    List<Alert> alerts;
    try (KafkaOptions.Connection connection = kafka.connectDatabase(configuration());
        Database database = connection.database()) {
      alerts =
          new AlertRecords(database.dataSource())
              .list(
                  new AlertRecords.Wanted(
                      Optional.ofNullable(rule),
                      Optional.ofNullable(outlet),
                      Optional.ofNullable(camera).map(Set::of),
                      raised.from(),
                      raised.to(),
                      Optional.empty(),
                      limit));
    }
    if (json) {
      out().println(new String(Json.bytes(alerts), UTF_8));
      return 0;
    }
    alerts.forEach(this::line);
    if (alerts.isEmpty()) {
      err().println("No alerts.");
    }
    if (alerts.size() == limit) {
      err().printf(Locale.ROOT, "These are the latest %d; there may be more (--limit).%n", limit);
    }
    return 0;
  }

  private void line(Alert alert) {
    out()
        .printf(
            "%s  %s  %s  %s  %s  %s%n",
            TIME.format(alert.at()),
            alert.rule().id(),
            alert.outcome(),
            alert.sighted().name(),
            alert.sighted().camera(),
            alert.sighted().track());
    for (Delivery delivery : alert.deliveries()) {
      out()
          .printf(
              Locale.ROOT,
              "    %s: %s, %d %s%s%n",
              delivery.outlet(),
              delivery.state(),
              delivery.attempts(),
              delivery.attempts() == 1 ? "attempt" : "attempts",
              delivery.lastError() == null ? "" : "; " + delivery.lastError());
    }
  }
}
