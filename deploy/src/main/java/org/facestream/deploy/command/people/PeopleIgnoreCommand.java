package org.facestream.deploy.command.people;

import java.time.Instant;
import java.util.Locale;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.gallery.people.VisitorLooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "ignore",
    header = "Ignore a visitor: no alert, and nobody else.",
    description = {
      "",
      "For a neighbour or the postman. Events of the visitor have ignored: true, and faces that are",
      "nearer to the visitor than to an enrolled person do not count for that person. Recognizers",
      "with recognizer.visitors=on apply it within seconds. `facestream visitors` lists the ids."
    },
    footer = {"", "Examples:", "  facestream people ignore visitor-5f0c2ab91e37 --for 90d"})
final class PeopleIgnoreCommand extends GalleryCommand {
  @Parameters(paramLabel = "VISITOR", description = "The visitor's id.")
  private String visitor;

  @Mixin private AnswerTime time;

  @Override
  boolean audited() {
    return true;
  }

  @Override
  int with(People people) {
    Instant until = time.until();
    if (!VisitorLooks.isVisitor(visitor)) {
      throw VisitorLooks.unknown(visitor);
    }
    int looks = people.visitors().ignore(visitor.strip(), until);
    out()
        .printf(
            Locale.ROOT,
            "%s is ignored until %s, by %d looks.%n",
            visitor.strip(),
            PersonView.DAY.format(until),
            looks);
    return 0;
  }
}
