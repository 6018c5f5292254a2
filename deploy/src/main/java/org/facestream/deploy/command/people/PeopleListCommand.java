package org.facestream.deploy.command.people;

import java.util.List;
import java.util.Locale;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "list", header = "List everyone who is enrolled.")
final class PeopleListCommand extends GalleryCommand {
  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  int with(People people) {
    List<People.Entry> everyone = people.list();
    if (json) {
      // Person by person: of a large gallery it would be one string of gigabytes.
      String before = "[";
      for (People.Entry entry : everyone) {
        out().print(before);
        out().print(PersonView.json(PersonView.of(entry)));
        before = ",";
      }
      out().println(everyone.isEmpty() ? "[]" : "]");
      return 0;
    }
    for (People.Entry entry : everyone) {
      long pictures = entry.references().stream().filter(one -> !one.counterExample()).count();
      long aside = entry.references().stream().filter(Reference::setAside).count();
      out()
          .printf(
              Locale.ROOT,
              "%-24s  %-24s  %d %s%s  since %s%n",
              entry.person().name(),
              entry.person().id(),
              pictures,
              pictures == 1 ? "picture" : "pictures",
              aside == 0 ? "" : String.format(Locale.ROOT, " (%d set aside)", aside),
              PersonView.DAY.format(entry.since()));
    }
    if (everyone.isEmpty()) {
      err().println("Nobody is enrolled yet: `facestream enroll DIR`.");
    }
    String model =
        DescriptorModel.of(configuration().settings().get(RecognizerConfig.class).model()).name();
    long unused =
        everyone.stream()
            .filter(
                entry -> entry.references().stream().noneMatch(one -> one.model().equals(model)))
            .count();
    if (unused > 0) {
      err()
          .printf(
              Locale.ROOT,
              "%d of %d are enrolled with another model than %s (recognizer.model) and are "
                  + "not recognised: enrol them again.%n",
              unused,
              everyone.size(),
              model);
    }
    return 0;
  }
}
