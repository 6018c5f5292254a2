package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", header = "Show a person's pictures.")
final class PeopleShowCommand extends GalleryCommand {
  @Parameters(paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  int with(People people) {
    People.Entry entry = people.show(person);
    if (json) {
      out().println(PersonView.json(PersonView.of(entry)));
      return 0;
    }
    String watchlist = entry.person().watchlist();
    out()
        .println(
            entry.person().name()
                + "  "
                + entry.person().id()
                + (watchlist == null ? "" : "  watchlist " + watchlist));
    for (Reference reference : entry.references()) {
      out()
          .printf(
              Locale.ROOT,
              "  %s%s  quality %.2f  enrolled %s%s%s%s  %s%n",
              reference.faceId(),
              reference.counterExample() ? "  counter-example" : "",
              reference.quality(),
              PersonView.DAY.format(reference.enrolledAt()),
              reference.expiry() == null
                  ? ""
                  : "  until " + PersonView.DAY.format(reference.expiry()),
              reference.consent() == null ? "" : "  consent " + reference.consent(),
              reference.setAside() ? "  set aside (" + reference.review() + ")" : "",
              reference.source());
    }
    return 0;
  }
}
