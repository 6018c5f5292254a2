package org.facestream.deploy.command.people;

import java.nio.file.Path;
import java.util.Locale;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    header = "Write all data about a person into a folder.",
    description = {
      "",
      "Use it when a person requests their data. Writes person.json with every enrolled picture,",
      "its descriptor, consent, expiry and origin, with the counter-examples too; the thumbnails; and",
      "from PostgreSQL sightings.json, events.json, visits.json, corrections.json, alerts.json, and",
      "crops.json with the crops of the sightings. Does not contain the data that Kafka's topics still",
      "hold: faces for 6 hours, matches for 3 days, and identity events for 30 days, which PostgreSQL",
      "has too."
    })
final class PeopleExportCommand extends GalleryAndDatabaseCommand {
  @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Parameters(index = "1", paramLabel = "DIR", description = "A folder that does not exist yet.")
  private Path folder;

  @Override
  int with(Places places) throws StoreException {
    People.Entry entry = places.people().show(person);
    PersonExport export = new PersonExport(folder);
    EventStore.Rows rows =
        export.write(
            entry,
            places.database().dataSource(),
            () -> places.trail().exporting(entry.person(), entry.references().size()));
    out()
        .printf(
            Locale.ROOT,
            "%s: %d pictures, %d sightings and %d events written to %s.%n",
            entry.person().id(),
            entry.references().size(),
            rows.sightings(),
            rows.events(),
            folder);
    return 0;
  }
}
