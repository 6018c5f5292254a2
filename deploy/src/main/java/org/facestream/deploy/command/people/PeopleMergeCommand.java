package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.sink.people.PeopleDeeds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "merge",
    header = "Merge two entries of the same person.",
    description = {
      "",
      "All pictures and sightings of the first move to the second, which keeps its id and name.",
      "Earlier records stay in Kafka's topics under the first until their retention ends. A",
      "sighting whose event is not stored yet is recorded under the first: run the same command",
      "again with the first one's id when the sink has caught up."
    })
final class PeopleMergeCommand extends GalleryAndDatabaseCommand {
  @Parameters(
      index = "0",
      paramLabel = "PERSON",
      description = "Name or id of the entry that is removed.")
  private String person;

  @Parameters(index = "1", paramLabel = "INTO", description = "Name or id of the entry that stays.")
  private String into;

  @Override
  int with(Places places) {
    PeopleDeeds.Done done = places.deeds().merge(person, into);
    out()
        .printf(
            Locale.ROOT,
            "%s is now %s: %d pictures and %d sightings moved.%n",
            done.deed().person().id(),
            done.deed().into().orElseThrow().id(),
            done.pictures(),
            done.rows().sightings());
    return 0;
  }
}
