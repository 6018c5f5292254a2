package org.facestream.deploy.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.worker.RetryableException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.AuditTrail;
import org.facestream.recognizer.gallery.People;
import org.facestream.recognizer.gallery.Person;
import org.facestream.recognizer.gallery.Reference;
import org.facestream.recognizer.gallery.Watchlist;
import org.facestream.recognizer.identity.RecordJson;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.PersonRecords;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "people",
    header = "List, show, rename, watch, merge, export or forget enrolled people.",
    footer = {
      "",
      "Examples:",
      "  facestream people list",
      "  facestream people rename \"A. Lovelace\" \"Ada Lovelace\"",
      "  facestream people merge ada-2 ada-lovelace",
      "  facestream people export \"Ada Lovelace\" ada/",
      "  facestream people watchlist \"Ada Lovelace\" wanted",
      "  facestream people forget \"Ada Lovelace\""
    },
    subcommands = {
      PeopleCommand.ListAll.class,
      PeopleCommand.Show.class,
      PeopleCommand.Rename.class,
      PeopleCommand.Merge.class,
      PeopleCommand.Export.class,
      PeopleCommand.Watch.class,
      PeopleCommand.Forget.class
    })
final class PeopleCommand extends Subcommand {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneId.systemDefault());

  @Override
  int execute() {
    throw new ParameterException(
        spec.commandLine(),
        "Say what to do with people: list, show, rename, watchlist, merge, export or forget");
  }

  private static String json(Object value) {
    return new String(RecordJson.write(value), UTF_8);
  }

  /** What works on the gallery. */
  abstract static class Gallery extends Subcommand {
    @Mixin private KafkaOptions kafka;

    abstract int with(People people) throws Exception;

    /** Whether it does something that must be written down. */
    boolean audited() {
      return false;
    }

    @Override
    int execute() throws Exception {
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        if (audited()) {
          connection.audited();
        }
        return with(new People(connection.clients()));
      }
    }
  }

  @Command(name = "list", header = "List everyone who is enrolled.")
  static final class ListAll extends Gallery {
    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    int with(People people) {
      List<People.Entry> everyone = people.list();
      if (json) {
        out().println(json(everyone.stream().map(PersonView::of).toList()));
        return 0;
      }
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
                "%d of %d are enrolled with another model than %s (recognizer.model) and are not"
                    + " recognized: enroll them again.%n",
                unused, everyone.size(), model);
      }
      return 0;
    }
  }

  @Command(name = "show", header = "Show a person's pictures.")
  static final class Show extends Gallery {
    @Parameters(paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    int with(People people) {
      People.Entry entry = people.show(person);
      if (json) {
        out().println(json(PersonView.of(entry)));
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
    boolean audited() {
      return true;
    }

    @Override
    int with(People people) {
      People.Entry renamed = people.rename(person, name);
      out().printf("%s is now %s.%n", renamed.person().id(), renamed.person().name());
      return 0;
    }
  }

  @Command(
      name = "watchlist",
      header = "Put a person on a watchlist, or take them off it.",
      description = {
        "",
        "Identity events of the person name the watchlist from then on, and a watchlist can have a",
        "threshold of its own: recognizer.watchlist-thresholds. A person is on one at a time."
      },
      footer = {
        "",
        "Examples:",
        "  facestream people watchlist \"Ada Lovelace\" wanted",
        "  facestream people watchlist \"Ada Lovelace\" none"
      })
  static final class Watch extends Gallery {
    @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Parameters(
        index = "1",
        paramLabel = "WATCHLIST",
        description = "Its name, of a-z, 0-9 and hyphens; or none.")
    private String watchlist;

    @Override
    boolean audited() {
      return true;
    }

    @Override
    int with(People people) {
      People.Entry watched =
          people.watch(person, Optional.of(watchlist).filter(name -> !name.equals(Watchlist.NONE)));
      out()
          .printf(
              "%s is on %s.%n",
              watched.person().name(),
              watched.person().watchlist() == null
                  ? "no watchlist"
                  : "the watchlist " + watched.person().watchlist());
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
        "matches 3 days, identity events 30 days.",
        "",
        "Sightings of somebody who was merged into the person may have come in late under the former",
        "id, also of a person who is not in the gallery: forget that id too."
      })
  static final class Forget extends GalleryAndDatabase {
    @Parameters(paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Override
    int with(People people, Database database) throws StoreException {
      EventStore store = new EventStore(database.dataSource());
      if (people.find(person).isEmpty() && new PersonRecords(database.dataSource()).has(person)) {
        // Merged before, or forgotten in the gallery only: what came in late.
        EventStore.Rows late = forgetRecords(store, person, people.galleryVersion());
        out().printf("The name in %d sightings of %s erased.%n", late.sightings(), person);
        return 0;
      }
      People.Forgotten gone = people.forget(person);
      EventStore.Rows rows = store.forgetPerson(gone.person().id(), gone.galleryVersion());
      out()
          .printf(
              "%s is forgotten: %d pictures and the name in %d sightings erased.%n",
              gone.person().id(), gone.references().size(), rows.sightings());
      return 0;
    }
  }

  private static EventStore.Rows forgetRecords(EventStore store, String id, long galleryVersion)
      throws StoreException {
    EventStore.Rows rows = store.forgetPerson(id, galleryVersion);
    AuditTrail.recordsForgotten(id, rows.events() + rows.sightings());
    return rows;
  }

  /** What works on the gallery and on what was recorded. */
  abstract static class GalleryAndDatabase extends Subcommand {
    @Mixin private KafkaOptions kafka;

    abstract int with(People people, Database database) throws Exception;

    @Override
    int execute() throws Exception {
      try (KafkaOptions.Connection connection =
              kafka.connectExistingWithDatabase(configuration()).audited();
          Database database = new Database(connection.settings().get(StoreConfig.class))) {
        // Before the gallery: who is gone from there could not be found a second time.
        try {
          database.check();
        } catch (RetryableException away) {
          throw new UserError(
              away.getMessage()
                  + ": start it, or set store.url; nothing was done, for the recorded sightings are"
                  + " part of it.",
              away);
        }
        return with(new People(connection.clients()), database);
      }
    }
  }

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
  static final class Merge extends GalleryAndDatabase {
    @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id; of whom is no more.")
    private String person;

    @Parameters(index = "1", paramLabel = "INTO", description = "Name or id; of who stays.")
    private String into;

    @Override
    int with(People people, Database database) throws StoreException {
      PersonRecords records = new PersonRecords(database.dataSource());
      long version = people.galleryVersion();
      People.Entry kept = people.show(into);
      if (people.find(person).isEmpty()) {
        // Merged before, or forgotten: what came in late is left.
        EventStore.Rows late = merge(records, person, kept.person(), version);
        if (late.events() + late.sightings() > 0) {
          AuditTrail.recordsMerged(person, kept.person(), late.events() + late.sightings());
          out().printf("%d late sightings of %s are %s's now.%n", late.sightings(), person, into);
          return 0;
        }
      }
      People.Merged merged = people.merge(person, into);
      EventStore.Rows rows =
          merge(records, merged.gone().person().id(), merged.kept().person(), version);
      out()
          .printf(
              "%s is %s now: %d pictures, and %d sightings relabelled.%n",
              merged.gone().person().id(),
              merged.kept().person().id(),
              merged.kept().references().size(),
              rows.sightings());
      return 0;
    }

    private static EventStore.Rows merge(
        PersonRecords records, String from, Person into, long galleryVersion)
        throws StoreException {
      return records
          .merge(from, into.id(), into.name(), galleryVersion)
          .orElseThrow(
              () ->
                  new UserError(
                      "%s was forgotten at the same time, and no sighting relabelled: forget %s too."
                          .formatted(into.id(), from)));
    }
  }

  @Command(
      name = "export",
      header = "Write all that is kept about a person into a folder.",
      description = {
        "",
        "For a person who asks what is known about them: person.json with every enrolled picture, its",
        "descriptor, consent, expiry and origin; the thumbnails; sightings.json and events.json from",
        "PostgreSQL. Not in it is what Kafka's topics still hold: faces 6 hours, matches 3 days,",
        "identity events 30 days, of which PostgreSQL has the same."
      })
  static final class Export extends GalleryAndDatabase {
    @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
    private String person;

    @Parameters(index = "1", paramLabel = "DIR", description = "A folder that is not there yet.")
    private Path folder;

    @Override
    int with(People people, Database database) throws StoreException {
      People.Entry entry = people.show(person);
      PersonExport export = new PersonExport(folder);
      // Before anything is on the disk, whatever becomes of the rest.
      AuditTrail.exported(entry.person(), entry.references().size());
      EventStore.Rows rows = export.write(entry, new PersonRecords(database.dataSource()));
      out()
          .printf(
              "%s: %d pictures, %d sightings and %d events written to %s.%n",
              entry.person().id(),
              entry.references().size(),
              rows.sightings(),
              rows.events(),
              folder);
      return 0;
    }
  }
}
