package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.sink.people.PeopleDeeds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "rename",
    header = "Give a person another name; the id stays.",
    description = {
      "",
      "Changes the gallery and the sightings in PostgreSQL. Earlier records stay in Kafka's topics",
      "under the former name until their retention ends: matches for 3 days, identity events for 30",
      "days. A sighting whose event is not stored yet is recorded under the former name: run the same",
      "command again with the id when the sink has caught up.",
      "",
      "The id is derived from the person's first name and contains it: to remove it, forget the",
      "person and enrol them again."
    })
final class PeopleRenameCommand extends GalleryAndDatabaseCommand {
  @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
  private String name;

  @Override
  int with(Places places) {
    PeopleDeeds.Done done = places.deeds().rename(person, name);
    out()
        .printf(
            Locale.ROOT,
            "%s is now %s, in %d sightings too.%n",
            done.deed().person().id(),
            done.deed().into().orElseThrow().name(),
            done.rows().sightings());
    return 0;
  }
}
