package org.facestream.deploy.command;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.facestream.ingest.worker.RetryableException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.People;
import org.facestream.recognizer.gallery.Reference;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "people",
    header = "List, show, rename or forget enrolled people.",
    footer = {
      "",
      "Examples:",
      "  facestream people list",
      "  facestream people rename \"A. Lovelace\" \"Ada Lovelace\"",
      "  facestream people forget \"Ada Lovelace\""
    },
    subcommands = {
      PeopleCommand.ListAll.class,
      PeopleCommand.Show.class,
      PeopleCommand.Rename.class,
      PeopleCommand.Forget.class
    })
final class PeopleCommand extends Subcommand {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneId.systemDefault());

  @Override
  int execute() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do with people: list, show, rename or forget");
  }

  /** What works on the gallery. */
  abstract static class Gallery extends Subcommand {
    @Mixin private KafkaOptions kafka;

    abstract int with(People people) throws Exception;

    @Override
    int execute() throws Exception {
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        return with(new People(connection.clients()));
      }
    }
  }

  @Command(name = "list", header = "List everyone who is enrolled.")
  static final class ListAll extends Gallery {
    @Override
    int with(People people) {
      List<People.Entry> everyone = people.list();
      for (People.Entry entry : everyone) {
        int pictures = entry.references().size();
        out()
            .printf(
                "%-24s  %-24s  %d %s  since %s%n",
                entry.person().name(),
                entry.person().id(),
                pictures,
                pictures == 1 ? "picture" : "pictures",
                DAY.format(entry.since()));
      }
      if (everyone.isEmpty()) {
        err().println("Nobody is enrolled yet: `facestream enroll DIR`.");
      }
      return 0;
    }
  }

  @Command(name = "show", header = "Show a person's pictures.")
  static final class Show extends Gallery {
    @Parameters(paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Override
    int with(People people) {
      People.Entry entry = people.show(person);
      out().println(entry.person().name() + "  " + entry.person().id());
      for (Reference reference : entry.references()) {
        out()
            .printf(
                "  %s  quality %.2f  enrolled %s%s%s  %s%n",
                reference.faceId(),
                reference.quality(),
                DAY.format(reference.enrolledAt()),
                reference.expiry() == null ? "" : "  until " + DAY.format(reference.expiry()),
                reference.consent() == null ? "" : "  consent " + reference.consent(),
                reference.source());
      }
      return 0;
    }
  }

  @Command(name = "rename", header = "Give a person another name; the id stays.")
  static final class Rename extends Gallery {
    @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
    private String name;

    @Override
    int with(People people) {
      People.Entry renamed = people.rename(person, name);
      out().printf("%s is now %s.%n", renamed.person().id(), renamed.person().name());
      return 0;
    }
  }

  @Command(
      name = "forget",
      header = "Erase a person from the gallery and from what was recorded.",
      description = {
        "",
        "Recognizers stop knowing the person within seconds, in tracks that go on too, and the bytes",
        "of the gallery leave Kafka's disk within an hour. Sightings in PostgreSQL become those of an",
        "unknown person. What was published before stays in Kafka's topics until their retention:",
        "matches 3 days, identity events 30 days."
      })
  static final class Forget extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Override
    int execute() throws Exception {
      try (KafkaOptions.Connection connection = kafka.connectExistingWithDatabase(configuration());
          Database database = new Database(connection.settings().get(StoreConfig.class))) {
        // Before the gallery: who is gone from there could not be found a second time.
        try {
          database.check();
        } catch (RetryableException away) {
          throw new UserError(
              away.getMessage()
                  + ": start it, or set store.url; nobody was forgotten, for the recorded sightings"
                  + " must be erased too.",
              away);
        }
        People.Forgotten gone = new People(connection.clients()).forget(person);
        EventStore.Rows rows =
            new EventStore(database.dataSource())
                .forgetPerson(gone.person().id(), gone.galleryVersion());
        out()
            .printf(
                "%s is forgotten: %d pictures and the name in %d sightings erased.%n",
                gone.person().id(), gone.references().size(), rows.sightings());
      }
      return 0;
    }
  }
}
