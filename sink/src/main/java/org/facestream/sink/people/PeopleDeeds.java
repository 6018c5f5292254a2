package org.facestream.sink.people;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.gallery.people.VisitorLooks;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.ErasedDays;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.PersonRecords;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;

/**
 * Forgets, merges and renames people in the gallery and in the database. Each is recorded in the
 * database before anything is done, then done in the gallery, then in the database by the
 * transaction that deletes the record. So whatever fails in between, what is left is known, and is
 * done by the same command, given by name or id, or by a sink that runs ({@link DeedUpkeep}).
 */
public final class PeopleDeeds {
  private final People people;
  private final Database database;
  private final UnfinishedDeeds unfinished;
  private final AuditTrail trail;

  /**
   * What was done.
   *
   * @param deed as it was recorded last
   * @param rows of the database that were changed
   */
  public record Done(Deed deed, EventStore.Rows rows) {
    /** How many references of the gallery were changed. */
    public int pictures() {
      return deed.pictures().orElse(0);
    }
  }

  /**
   * @param people of the gallery; writes down what it does
   * @param database stays its owner's
   * @param trail takes down what is done in the database
   */
  public PeopleDeeds(People people, Database database, AuditTrail trail) {
    this.people = people;
    this.database = database;
    this.unfinished = new UnfinishedDeeds(database);
    this.trail = trail;
  }

  /**
   * Erases a person from the gallery and from what is recorded. Also one who is in the records
   * only, by id, and one whose forgetting was begun before, by name too.
   *
   * @throws UserError when there is nobody of that name or id, or it is not finished: the message
   *     says what is left
   */
  public Done forget(String idOrName) {
    if (VisitorLooks.isVisitor(idOrName)) {
      return forgetVisitor(idOrName.strip());
    }
    return begin(
        () -> {
          Optional<Person> person = inGallery(idOrName);
          Optional<Deed> before = before(Deed.Kind.forget, idOrName);
          if (person.isEmpty() && before.isPresent()) {
            return before.get();
          }
          if (before.isPresent() && !before.get().person().id().equals(person.get().id())) {
            throw new UserError(
                ("Two people are called '%s': %s, and %s, whose erasure is not finished. Give "
                        + "the id.")
                    .formatted(
                        PersonName.shown(idOrName), person.get().id(), before.get().person().id()));
          }
          Deed.Who who = person.map(PeopleDeeds::who).orElse(null);
          if (who == null && new PersonRecords(database.dataSource()).has(idOrName)) {
            // Merged before: what came in late.
            who = new Deed.Who(idOrName, idOrName);
          }
          if (who == null) {
            who = who(people.show(idOrName).person());
          }
          return recorded(Deed.Kind.forget, who, Optional.empty());
        });
  }

  private Done forgetVisitor(String id) {
    return begin(
        () -> {
          if (!people.visitors().has(id)
              && !new PersonRecords(database.dataSource()).has(id)
              && before(Deed.Kind.forget, id).isEmpty()) {
            throw VisitorLooks.unknown(id);
          }
          return recorded(Deed.Kind.forget, new Deed.Who(id, id), Optional.empty());
        });
  }

  /**
   * A visitor is no face: erased as by {@link #forget}, and what is near founds no visitor again.
   *
   * @param until when that ends
   * @throws UserError as {@link #forget}
   */
  public Done discard(String id, Instant until) {
    if (!VisitorLooks.isVisitor(id)) {
      throw VisitorLooks.unknown(id);
    }
    people.visitors().discard(id.strip(), until);
    return forgetVisitor(id.strip());
  }

  /**
   * Makes one person of two, in the gallery and in what is recorded. Also when the first is in the
   * records only, by id, or when it was begun before, by name too.
   *
   * @throws UserError as {@link #forget}, or when the gallery refuses
   */
  public Done merge(String idOrName, String intoIdOrName) {
    return begin(
        () -> {
          if (inGallery(idOrName).isEmpty()) {
            Optional<Deed> before = before(Deed.Kind.merge, idOrName);
            if (before.isPresent() && isCalled(before.get().into().orElseThrow(), intoIdOrName)) {
              return before.get();
            }
            Deed.Who into = who(people.show(intoIdOrName).person());
            if (!into.id().equals(idOrName)
                && new PersonRecords(database.dataSource()).has(idOrName)) {
              return recorded(Deed.Kind.merge, new Deed.Who(idOrName, idOrName), Optional.of(into));
            }
          }
          People.Merged two = people.mergeable(idOrName, intoIdOrName);
          return recorded(
              Deed.Kind.merge, who(two.gone().person()), Optional.of(who(two.kept().person())));
        });
  }

  /**
   * Gives a person another name in the gallery and in what is recorded; also when it was begun
   * before, by the former name too.
   *
   * @throws UserError as {@link #forget}, or when the gallery refuses
   */
  public Done rename(String idOrName, String newName) {
    // The database gets the name as the gallery has it.
    String name = PersonName.check(newName);
    return begin(
        () -> {
          Optional<Deed> before = before(Deed.Kind.rename, idOrName);
          if (inGallery(idOrName).isEmpty()
              && before.isPresent()
              && before.get().into().orElseThrow().name().equals(name)) {
            return before.get();
          }
          Person person = people.renamable(idOrName, name);
          return recorded(
              Deed.Kind.rename, who(person), Optional.of(new Deed.Who(person.id(), name)));
        });
  }

  /** The action and its person, for people. */
  public static String words(Deed deed) {
    return DeedSteps.words(deed);
  }

  /** What of it is done, and what is left. */
  public static String progress(Deed deed) {
    return DeedSteps.progress(deed);
  }

  /** Why the gallery would refuse its part of a deed now; empty when it would not, or is done. */
  public Optional<String> refusal(Deed deed) {
    if (deed.pictures().isPresent() || deed.kind() == Deed.Kind.forget) {
      return Optional.empty();
    }
    Deed.Who into = deed.into().orElseThrow();
    try {
      if (deed.kind() == Deed.Kind.rename) {
        people.renamable(into.id(), into.name());
      } else if (inGallery(deed.person().id()).isPresent()) {
        people.mergeable(deed.person().id(), into.id());
      }
      return Optional.empty();
    } catch (UserError refused) {
      return Optional.of(String.valueOf(refused.getMessage()));
    }
  }

  private static Deed.Who who(Person person) {
    return new Deed.Who(person.id(), person.name());
  }

  private Optional<Person> inGallery(String idOrName) {
    List<People.Entry> found = people.find(idOrName);
    return found.size() == 1 ? Optional.of(found.get(0).person()) : Optional.empty();
  }

  private Optional<Deed> before(Deed.Kind kind, String idOrName) throws StoreException {
    return unfinished.all().stream()
        .filter(deed -> deed.kind() == kind && isCalled(deed.person(), idOrName))
        .findFirst();
  }

  private static boolean isCalled(Deed.Who who, String idOrName) {
    return who.id().equals(idOrName) || PersonName.same(who.name(), idOrName);
  }

  private Deed recorded(Deed.Kind kind, Deed.Who person, Optional<Deed.Who> into)
      throws StoreException {
    Deed deed = Deed.of(kind, person, into, people.galleryVersion());
    trail.asked(kind.name(), person.id(), DeedSteps.inheritor(deed));
    return unfinished.begin(deed);
  }

  /** What is recorded before it is done. */
  private interface Beginning {
    Deed record() throws StoreException;
  }

  private Done begin(Beginning beginning) {
    Deed deed;
    try {
      database.check();
      deed = beginning.record();
    } catch (StoreException | RetryableException away) {
      throw new UserError(
          ("PostgreSQL at %s fails (%s): start it, or set store.url. Nothing was changed, "
                  + "because the recorded sightings must change too.")
              .formatted(database.address(), away.getMessage()),
          away);
    }
    return carryOut(deed);
  }

  /**
   * Does what is left of one that was begun before, and leaves what came after its beginning.
   *
   * @return empty when somebody else is at it
   * @throws UserError when it is still not finished
   */
  public Optional<Done> goOn(Deed deed) throws StoreException {
    try (UnfinishedDeeds.Hold hold = unfinished.hold(deed).orElse(null)) {
      // Another process may have finished it.
      Optional<Deed> left =
          hold == null
              ? Optional.empty()
              : unfinished.all().stream().filter(each -> each.id() == deed.id()).findFirst();
      return left.map(each -> new DeedSteps(people, unfinished, trail).carryOut(each, false));
    }
  }

  private Done carryOut(Deed deed) {
    Done done;
    try (UnfinishedDeeds.Hold hold = unfinished.hold(deed).orElse(null)) {
      if (hold == null) {
        throw new UserError(
            ("%s is recorded, but another process works on it or on an earlier command. A "
                    + "running sink continues it, or run the same command again: see `facestream people "
                    + "unfinished`.")
                .formatted(DeedSteps.words(deed)));
      }
      done = new DeedSteps(people, unfinished, trail).carryOut(deed, true);
    } catch (StoreException away) {
      throw DeedSteps.unfinished(deed, away.getMessage(), away);
    }
    // Not in the hold, whose transaction still sees what was deleted.
    clean(deed);
    return done;
  }

  /** What is deleted leaves the files of the database, too. */
  private void clean(Deed deed) {
    if (deed.kind() != Deed.Kind.forget) {
      return;
    }
    String why = "a transaction that began before still sees them";
    try {
      new Exports(database.dataSource()).erase();
      if (new ErasedDays(database).clean()) {
        return;
      }
    } catch (StoreException away) {
      why = String.valueOf(away.getMessage());
    }
    throw new UserError(
        ("%s is forgotten, but the bytes of deleted crops are still in files of the database "
                + "(%s). A running sink removes them; see `facestream people unfinished`.")
            .formatted(deed.person().id(), why));
  }
}
