package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.deploy.people.PeopleDeeds;
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
  int with(Places places) {
    PeopleDeeds.Done done = places.deeds().merge(person, into);
    out()
        .printf(
            Locale.ROOT,
            "%s is %s now: %d pictures, and %d sightings relabelled.%n",
            done.deed().person().id(),
            done.deed().into().orElseThrow().id(),
            done.pictures(),
            done.rows().sightings());
    return 0;
  }
}
