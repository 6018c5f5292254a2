package org.facestream.deploy.command;

import java.util.Locale;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.AuditTrail;
import org.facestream.recognizer.gallery.People;
import org.facestream.recognizer.gallery.Person;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.PersonRecords;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "merge",
    header = "Make one person of two who are the same.",
    description = {
      "",
      "All pictures of the first become the second's, who keeps id and name; so do the sightings in",
      "PostgreSQL. What was published before stays in Kafka's topics under the first until their",
      "retention, and a sighting whose event is still on its way is recorded under the first: give",
      "the same command once more, with the first one's id, when the sink has caught up."
    })
final class PeopleMergeCommand extends GalleryAndDatabaseCommand {
  @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id; of whom is no more.")
  private String person;

  @Parameters(index = "1", paramLabel = "INTO", description = "Name or id; of who stays.")
  private String into;

  @Override
  int with(People people, Database database) throws StoreException {
    PersonRecords records = new PersonRecords(database.dataSource());
    long version = people.galleryVersion();
    People.Entry kept = people.show(into);
    if (people.find(person).isEmpty()) {
      // Merged before, or forgotten: what came in late is left.
      EventStore.Rows late = merge(records, person, kept.person(), version);
      if (late.events() + late.sightings() > 0) {
        AuditTrail.recordsMerged(person, kept.person(), late.events() + late.sightings());
        out()
            .printf(
                Locale.ROOT,
                "%d late sightings of %s are %s's now.%n",
                late.sightings(),
                person,
                into);
        return 0;
      }
    }
    People.Merged merged = people.merge(person, into);
    EventStore.Rows rows =
        merge(records, merged.gone().person().id(), merged.kept().person(), version);
    out()
        .printf(
            Locale.ROOT,
            "%s is %s now: %d pictures, and %d sightings relabelled.%n",
            merged.gone().person().id(),
            merged.kept().person().id(),
            merged.kept().references().size(),
            rows.sightings());
    return 0;
  }

  private static EventStore.Rows merge(
      PersonRecords records, String from, Person into, long galleryVersion) throws StoreException {
    return records
        .merge(from, into.id(), into.name(), galleryVersion)
        .orElseThrow(
            () ->
                new UserError(
                    "%s was forgotten at the same time, and no sighting relabelled: forget %s too."
                        .formatted(into.id(), from)));
  }
}
