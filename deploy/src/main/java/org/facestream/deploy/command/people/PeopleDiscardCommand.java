package org.facestream.deploy.command.people;

import java.time.Instant;
import java.util.Locale;
import org.facestream.sink.people.PeopleDeeds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "discard",
    header = "Erase a visitor that is no face, or too blurred.",
    description = {
      "",
      "For a poster, a statue or a blurred face. The visitor is erased as by `people forget`; one",
      "descriptor stays for the time given, so that the same thing founds no visitor again."
    },
    footer = {"", "Examples:", "  facestream people discard visitor-5f0c2ab91e37"})
final class PeopleDiscardCommand extends GalleryAndDatabaseCommand {
  @Parameters(paramLabel = "VISITOR", description = "The visitor's id.")
  private String visitor;

  @Mixin private AnswerTime time;

  @Override
  int with(Places places) {
    Instant until = time.until();
    PeopleDeeds.Done done = places.deeds().discard(visitor, until);
    out()
        .printf(
            Locale.ROOT,
            "%s is erased, also from %d sightings, and not founded again until %s.%n",
            done.deed().person().id(),
            done.rows().sightings(),
            PersonView.DAY.format(until));
    return 0;
  }
}
