package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.deploy.people.PeopleDeeds;
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
      "It is recorded before it begins. When it fails in the middle, a sink that runs goes on with",
      "it, as does the same command; `facestream people unfinished` shows what is left.",
      "",
      "Sightings of somebody who was merged into the person may have come in late under the former",
      "id, also of a person who is not in the gallery: forget that id too."
    })
final class PeopleForgetCommand extends GalleryAndDatabaseCommand {
  @Parameters(paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Override
  int with(Places places) {
    PeopleDeeds.Done done = places.deeds().forget(person);
    out()
        .printf(
            Locale.ROOT,
            "%s is forgotten: %d pictures and the name in %d sightings erased.%n",
            done.deed().person().id(),
            done.pictures(),
            done.rows().sightings());
    return 0;
  }
}
