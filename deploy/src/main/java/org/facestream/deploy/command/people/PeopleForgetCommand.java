package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.sink.people.PeopleDeeds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "forget",
    header = "Erase a person from the gallery and from the recorded sightings.",
    description = {
      "",
      "Recognizers forget the person within seconds, also in current tracks, and the data of the",
      "gallery leave Kafka's disk within an hour. Sightings in PostgreSQL become those of an",
      "unknown person, and their crops and descriptors are deleted, also from the database's",
      "files. Earlier records stay in Kafka's topics until their retention ends: matches",
      "for 3 days, identity events for 30 days.",
      "",
      "The command is recorded before it begins. If it fails in the middle, a running sink or the",
      "same command continues it; `facestream people unfinished` shows what is left.",
      "",
      "After a merge, late sightings may have been stored under the former id: forget that id too,",
      "even if it is not in the gallery."
    })
final class PeopleForgetCommand extends GalleryAndDatabaseCommand {
  @Parameters(paramLabel = "PERSON", description = "Name or id of a person, or a visitor's id.")
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
