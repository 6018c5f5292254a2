package org.facestream.deploy.command.sighting;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.sink.people.Learning;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.ErasedDays;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "erase",
    header = "Erase crops, descriptors and the name of sightings.",
    description = {
      "",
      "The sightings become those of an unknown person. Their crops and descriptors are deleted, also",
      "from the files of the database, and no later face of them is stored. What the gallery learned",
      "of them by `facestream correct` is erased too. A sighting must have ended. Records in Kafka's",
      "topics stay until their retention ends: faces for 6 hours, matches for 3 days, identity events",
      "for 30 days. The audit trail records it."
    },
    footer = {"", "Example:", "  facestream sightings erase door-mhrtwd3c-214"})
final class SightingsErase extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(
      arity = "1..*",
      paramLabel = "TRACK",
      description = "The sighting's id, as `facestream sightings` shows it.")
  private List<String> tracks;

  @Override
  protected int execute() throws StoreException {
    Set<String> wanted = new LinkedHashSet<>(tracks);
    try (KafkaOptions.Connection connection = kafka.connectExistingWithDatabase(configuration());
        Database database = connection.database()) {
      AuditTrail trail = connection.trail();
      Sightings.Erased erased =
          new Sightings(database.dataSource())
              .erase(
                  wanted,
                  done -> {
                    wanted.forEach(trail::erasingSighting);
                    Learning.erase(done.learned(), connection.clients(), trail);
                  });
      if (!erased.missing().isEmpty()) {
        throw new UserError(
            "There is no sighting %s: `facestream sightings` lists them. Nothing was erased."
                .formatted(String.join(", ", erased.missing())));
      }
      if (!erased.alive().isEmpty()) {
        throw new UserError(
            ("%s has not ended: run the command again when the person has left. Nothing was "
                    + "erased.")
                .formatted(String.join(", ", erased.alive())));
      }
      boolean clean = new ErasedDays(database).clean();
      out()
          .printf(
              Locale.ROOT,
              "%d sightings erased, with %d crops, %d descriptors and %d entries of the gallery%s.%n",
              wanted.size(),
              erased.rows().crops(),
              erased.rows().descriptors(),
              erased.learned().size(),
              clean ? "" : "; a running sink removes the bytes from the database's files");
      return 0;
    }
  }
}
