package org.facestream.deploy.command.visit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.TimeRange;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.identity.RecordJson;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Visits;
import org.facestream.sink.store.Visits.Stop;
import org.facestream.sink.store.Visits.Visit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "visits",
    header = "List who was there, from when to when, and on which cameras.",
    description = {
      "",
      "A visit is what all cameras saw of one person until nobody saw them for sink.visit-gap. Its",
      "stops are the cameras and their zones in the order of arrival. The latest visits come first.",
      "",
      "A time is a moment such as 2026-11-30T22:00:00Z, or a local time or day such as",
      "2026-11-30T22:00 or 2026-11-30."
    },
    footer = {
      "",
      "Examples:",
      "  facestream visits --from 2026-11-30 --to 2026-12-01",
      "  facestream visits --person \"Ada Lovelace\" --camera back-door --json"
    })
public final class VisitsCommand extends Subcommand {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--person",
      paramLabel = "PERSON",
      description = "Only visits of this person: name or id.")
  private @Nullable String person;

  @Option(
      names = "--camera",
      paramLabel = "ID",
      description = "Only visits with a stop on this camera.")
  private @Nullable String camera;

  @Mixin private TimeRange seen;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Largest number of visits. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() throws StoreException {
    if (limit < 1) {
      throw new UserError("--limit must be 1 or more.");
    }
    try (KafkaOptions.Connection connection = kafka.connectDatabase(configuration());
        Database database = connection.database()) {
      Visits visits = new Visits(database.dataSource());
      List<String> who = person == null ? List.of() : visits.find(person);
      if (person != null && who.isEmpty()) {
        throw new UserError(
            "No visit of '%s' is recorded. `facestream people list` shows who is enrolled."
                .formatted(person));
      }
      print(
          visits,
          new Visits.Wanted(who, Optional.ofNullable(camera), seen.from(), seen.to(), limit));
      return 0;
    }
  }

  private void print(Visits visits, Visits.Wanted wanted) throws StoreException {
    if (json) {
      out().print("[");
      long count = visits.read(wanted, commaSeparated());
      out().println("]");
      out().flush();
      truncated(count);
      return;
    }
    long count = visits.read(wanted, this::line);
    if (count == 0) {
      err().println("No visits.");
    }
    truncated(count);
  }

  private void truncated(long count) {
    if (count == limit) {
      err().printf(Locale.ROOT, "These are the latest %d; there may be more (--limit).%n", limit);
    }
  }

  private Consumer<Visit> commaSeparated() {
    String[] before = {""};
    return visit -> {
      out().print(before[0]);
      out().print(new String(RecordJson.write(visit), UTF_8));
      before[0] = ",";
    };
  }

  private void line(Visit visit) {
    String who = visit.personId() == null ? visit.visitorId() : visit.personId();
    out()
        .printf(
            "%s  %s  %s (%s)  %s%n",
            TIME.format(visit.firstSeen()),
            length(Duration.between(visit.firstSeen(), visit.lastSeen())),
            visit.name(),
            who,
            visit.stops().stream().map(VisitsCommand::place).collect(Collectors.joining(" > ")));
  }

  private static String place(Stop stop) {
    return stop.zones().isEmpty()
        ? stop.camera()
        : "%s [%s]".formatted(stop.camera(), String.join(", ", stop.zones()));
  }

  private static String length(Duration duration) {
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d",
        duration.toHours(),
        duration.toMinutesPart(),
        duration.toSecondsPart());
  }
}
