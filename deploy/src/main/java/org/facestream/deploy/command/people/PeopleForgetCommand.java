package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.sink.people.Exports;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.StoreException;
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
      "files. Exports of the person on this machine are deleted. Earlier records stay in Kafka's",
      "topics until their retention ends: matches for 3 days, identity events for 30 days.",
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
  int with(Places places) throws StoreException {
    PeopleDeeds.Done done = places.deeds().forget(person);
    out()
        .printf(
            Locale.ROOT,
            "%s is forgotten: %d pictures and the name in %d sightings erased, with %d crops and %d"
                + " descriptors.%n",
            done.deed().person().id(),
            done.pictures(),
            done.rows().sightings(),
            done.rows().crops(),
            done.rows().descriptors());
    Exports exports = new Exports(places.database().dataSource());
    for (Exports.Left left : exports.left()) {
      if (left.gone()) {
        out()
            .printf(
                "The export in %s is not there any more. If it was moved or copied, delete it"
                    + " there.%n",
                left.folder());
        exports.forget(left.mark());
      } else {
        out().println(PeopleUnfinishedCommand.words(left));
      }
    }
    return 0;
  }
}
