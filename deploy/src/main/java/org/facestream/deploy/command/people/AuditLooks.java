package org.facestream.deploy.command.people;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.access.Look;
import org.facestream.sink.api.access.LookTrail;
import org.facestream.sink.store.Database;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "looks",
    header = "List who looked at what through the HTTP API, and check that trail.",
    description = {
      "",
      "The latest entries come first. Each entry has the SHA-256 of itself and of the one before. The",
      "exit code is 1 when an entry was changed or removed. People are in it as hashes of their ids."
    },
    footer = {"", "Example:", "  facestream audit looks --limit 20"})
final class AuditLooks extends Subcommand {
  private static final int MOST = 10_000;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Largest number of entries. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(names = "--json", description = "Print one line of JSON for each entry.")
  private boolean json;

  @Override
  protected int execute() throws Exception {
    if (limit < 1 || limit > MOST) {
      throw new UserError("--limit is " + limit + ": give 1 to " + MOST + ".");
    }
    try (KafkaOptions.Connection connection = kafka.connectDatabase(configuration());
        Database database = connection.database();
        LookTrail trail = new LookTrail(database.dataSource())) {
      List<Look> looks = trail.list(OptionalLong.empty(), limit);
      for (Look look : looks) {
        out()
            .println(
                json
                    ? Json.text(look)
                    : "%s  %s %s  %s  %s%s"
                        .formatted(
                            TIME.format(look.at()),
                            look.callerKind(),
                            look.callerName(),
                            look.action(),
                            look.what(),
                            look.why().isEmpty() ? "" : "  because: " + look.why()));
      }
      Optional<Long> broken = trail.broken();
      if (broken.isPresent()) {
        err()
            .println(
                "✗ Entry %s was changed, or one before it was removed.".formatted(broken.get()));
        return Complaints.FAILURE;
      }
      err().println("✓ No entry was changed or removed.");
      return 0;
    }
  }
}
