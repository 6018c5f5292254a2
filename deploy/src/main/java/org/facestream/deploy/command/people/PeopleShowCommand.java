package org.facestream.deploy.command.people;

import java.util.Locale;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.GalleryCheck;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", header = "Show a person's pictures.")
final class PeopleShowCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() {
    try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
      People.Entry entry = new People(connection.clients()).show(person);
      RecognizerConfig recognizer = connection.settings().get(RecognizerConfig.class);
      DescriptorModel model = DescriptorModel.of(recognizer.model());
      int recognised =
          new GalleryCheck(connection.clients(), AuditTrail.NONE)
              .recognised(entry.person(), model, recognizer.threshold().orElse(model.threshold()));
      if (json) {
        out().println(PersonView.json(PersonView.of(entry).withRecognised(recognised)));
      } else {
        print(entry);
        long inUse =
            entry.references().stream()
                .filter(each -> !each.setAside() && !each.counterExample())
                .filter(each -> each.model().equals(model.name()))
                .count();
        out()
            .printf(
                Locale.ROOT,
                inUse < 2
                    ? "  %2$d picture in use: enrol another look, such as with glasses.%n"
                    : "  %d of %d pictures in use would be recognised by the others.%n",
                recognised,
                inUse);
      }
      return 0;
    }
  }

  private void print(People.Entry entry) {
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
  }
}
