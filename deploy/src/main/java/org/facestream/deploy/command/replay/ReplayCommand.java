package org.facestream.deploy.command.replay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.TimeRange;
import org.facestream.ingest.worker.config.Range;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.gallery.match.Thresholds;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.Correction;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.people.ReplayedSightings;
import org.facestream.sink.people.ReplayedSightings.Stored;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "replay",
    header = "Report which stored sightings would be decided differently by other rules.",
    description = {
      "",
      "Decides again about stored sightings, with the recognizer's own rules: by today's gallery,",
      "or another threshold, or another model, which describes the stored crops. Prints the",
      "sightings that would win, lose or change a name, and how many could not be replayed.",
      "Nothing is changed, and sightings that a user corrected are left as they are.",
      "",
      "At most three faces of a sighting are stored; the recognizer had all of them. So a name may",
      "be lost because the faces that gave it are not stored. Look at the differences before",
      "--apply, which writes each as a correction; `facestream correct TRACK --undo` takes one back."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream replay --from 2026-11-29 --to 2026-11-30",
      "  facestream replay --threshold 0.9 --camera back-door",
      "  facestream replay --model mobilefacenet --json",
      "  facestream replay --from 2026-11-29 --apply"
    })
public final class ReplayCommand extends Subcommand {
  @Mixin private TimeRange seen;

  @Option(names = "--camera", paramLabel = "ID", description = "Only sightings of this camera.")
  private @Nullable String camera;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description = {
        "The descriptor network. Default: recognizer.model. Another one has its",
        "own threshold, and none for cameras and watchlists."
      })
  private @Nullable String model;

  @Option(
      names = "--threshold",
      paramLabel = "DISTANCE",
      description = "The threshold of all cameras. Default: as configured, or the model's own")
  private @Nullable Float threshold;

  @Option(
      names = "--json",
      description = "Print a line of JSON for each difference, and one at the end.")
  private boolean json;

  @Option(names = "--apply", description = "Write each difference as a correction.")
  private boolean apply;

  @Mixin private KafkaOptions kafka;

  @Override
  protected int execute() {
    if (threshold != null && !Range.contains(Thresholds.RANGE, threshold)) {
      throw new UserError(
          "--threshold is %s: give a distance %s.".formatted(threshold, Thresholds.RANGE));
    }
    ReplayRules rules =
        ReplayRules.of(configuration().settings().get(RecognizerConfig.class), model, threshold);
    try (KafkaOptions.Connection connection = kafka.connectExistingWithDatabase(configuration());
        Database database = connection.database();
        Redecision redecision =
            new Redecision(rules, PresentGallery.read(rules, connection.clients()))) {
      ReplayedSightings sightings =
          new ReplayedSightings(
              database.dataSource(), seen.from(), seen.to(), Optional.ofNullable(camera));
      Applying applying = apply ? Applying.in(connection, database, sightings) : null;
      ReplayReport report = new ReplayReport(out(), json, apply);
      StoredCrops crops = new StoredCrops(database.dataSource());
      for (List<Stored> some = sightings.next(); !some.isEmpty(); some = sightings.next()) {
        List<Stored> wanted = some.stream().filter(each -> !report.leaves(each)).toList();
        List<String> tracks = wanted.stream().map(Stored::track).toList();
        Map<String, Redecision.Decided> decided =
            redecision.decide(tracks, crops.of(tracks, rules.model().name()));
        for (Stored stored : wanted) {
          report(report, stored, decided.get(stored.track()), applying);
        }
      }
      report.end(rules);
      return 0;
    } catch (StoreException failed) {
      throw new UserError(
          "PostgreSQL fails (%s): start it, or set store.url, and run the command again."
              .formatted(failed.getMessage()),
          failed);
    }
  }

  private static void report(
      ReplayReport report,
      Stored stored,
      Redecision.@Nullable Decided decided,
      @Nullable Applying applying)
      throws StoreException {
    if (decided == null || decided.event() == null) {
      report.missing(
          decided == null || decided.missing() == null
              ? Redecision.Missing.faces
              : decided.missing());
      return;
    }
    report.replayed();
    Optional<Difference> difference = Difference.between(stored, decided.event());
    if (difference.isPresent()) {
      boolean written = applying != null && applying.write(difference.get());
      report.add(difference.get(), written);
    }
  }

  /**
   * Writes corrections.
   *
   * @param enrolled ids of the people who are in the gallery
   */
  private record Applying(
      Corrections corrections, ReplayedSightings sightings, Set<String> enrolled) {
    static Applying in(
        KafkaOptions.Connection connection, Database database, ReplayedSightings sightings) {
      People people = new People(connection.clients(), connection.trail());
      return new Applying(
          new Corrections(
              connection.clients(),
              people,
              new CorrectionStore(database.dataSource()),
              connection.trail()),
          sightings,
          people.list().stream().map(entry -> entry.person().id()).collect(Collectors.toSet()));
    }

    /** False when the person is not in the gallery, or somebody else changed the sighting. */
    boolean write(Difference difference) throws StoreException {
      Stored stored = difference.stored();
      boolean named = difference.personId() != null;
      String person = named ? difference.personId() : stored.personId();
      if (person == null || !enrolled.contains(person) || !sightings.isUnchanged(stored)) {
        return false;
      }
      corrections.correct(
          stored.track(), named ? Correction.Kind.is : Correction.Kind.is_not, person);
      corrections.send(stored.track());
      return true;
    }
  }
}
