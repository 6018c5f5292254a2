package org.facestream.deploy.command;

import java.util.Locale;
import org.facestream.recognizer.gallery.AuditTrail;
import org.facestream.recognizer.gallery.People;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.PersonRecords;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "forget",
    header = "Erase a person from the gallery and from what was recorded.",
    description = {
      "",
      "Recognizers stop knowing the person within seconds, in tracks that go on too, and the bytes",
      "of the gallery leave Kafka's disk within an hour. Sightings in PostgreSQL become those of an",
      "unknown person. What was published before stays in Kafka's topics until their retention:",
      "matches 3 days, identity events 30 days.",
      "",
      "Sightings of somebody who was merged into the person may have come in late under the former",
      "id, also of a person who is not in the gallery: forget that id too."
    })
final class PeopleForgetCommand extends GalleryAndDatabaseCommand {
  @Parameters(paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Override
  int with(People people, Database database) throws StoreException {
    EventStore store = new EventStore(database.dataSource());
    if (people.find(person).isEmpty() && new PersonRecords(database.dataSource()).has(person)) {
      // Merged before, or forgotten in the gallery only: what came in late.
      EventStore.Rows late = forgetRecords(store, person, people.galleryVersion());
      out()
          .printf(
              Locale.ROOT, "The name in %d sightings of %s erased.%n", late.sightings(), person);
      return 0;
    }
    People.Forgotten gone = people.forget(person);
    EventStore.Rows rows = store.forgetPerson(gone.person().id(), gone.galleryVersion());
    out()
        .printf(
            Locale.ROOT,
            "%s is forgotten: %d pictures and the name in %d sightings erased.%n",
            gone.person().id(),
            gone.references().size(),
            rows.sightings());
    return 0;
  }

  private static EventStore.Rows forgetRecords(EventStore store, String id, long galleryVersion)
      throws StoreException {
    EventStore.Rows rows = store.forgetPerson(id, galleryVersion);
    AuditTrail.recordsForgotten(id, rows.events() + rows.sightings());
    return rows;
  }
}
