package org.facestream.sink.people;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.gallery.people.VisitorLooks;
import org.facestream.sink.alert.AlertRules;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;
import org.jspecify.annotations.Nullable;

/** The parts of a deed that is recorded, each of which may be done again. */
final class DeedSteps {
  private final People people;
  private final UnfinishedDeeds unfinished;
  private final AuditTrail trail;

  DeedSteps(People people, UnfinishedDeeds unfinished, AuditTrail trail) {
    this.people = people;
    this.unfinished = unfinished;
    this.trail = trail;
  }

  /**
   * Does what is left.
   *
   * @param asked whether somebody asks for it now: then whoever is to be forgotten is, whatever was
   *     enrolled since it was begun
   * @throws UserError when something is still left, or nothing can be done any more
   */
  PeopleDeeds.Done carryOut(Deed deed, boolean asked) {
    Deed now = deed;
    try {
      if (now.pictures().isEmpty()) {
        now = inGallery(now, asked);
      }
      Deed then = now;
      Optional<EventStore.Rows> rows = unfinished.finish(now, done -> audit(then, done));
      return new PeopleDeeds.Done(now, rows.orElseThrow(() -> forgottenMeanwhile(then)));
    } catch (StoreException | KafkaException failed) {
      throw unfinished(now, failed.getMessage(), failed);
    }
  }

  private void audit(Deed deed, EventStore.Rows rows) {
    if (rows.events() + rows.sightings() > 0) {
      trail.records(
          deed.kind().name(),
          deed.person().id(),
          rows.events() + rows.sightings(),
          inheritor(deed));
    }
  }

  /** The id of who gets what was the person's, or null. */
  static @Nullable String inheritor(Deed deed) {
    return deed.kind() == Deed.Kind.merge ? deed.into().orElseThrow().id() : null;
  }

  private Deed inGallery(Deed deed, boolean asked) throws StoreException {
    Deed.Who into = deed.into().orElse(deed.person());
    boolean there = true;
    if (deed.kind() != Deed.Kind.forget) {
      List<String> ids = people.list().stream().map(entry -> entry.person().id()).toList();
      there = ids.contains(deed.person().id());
      if (!ids.contains(into.id())) {
        unfinished.withdraw(deed);
        throw forgottenMeanwhile(deed);
      }
    }
    try {
      // Rules name people, too; before the gallery's part is recorded as done.
      new AlertRules(people.clients())
          .replace(
              deed.person().id(),
              deed.person().name(),
              deed.kind() == Deed.Kind.forget ? null : into.id());
      return switch (deed.kind()) {
        case forget -> forget(deed, asked);
        case merge ->
            // With the version of before: who was forgotten since is not to be named.
            unfinished.galleryDone(deed, there ? merge(deed, into) : 0, deed.gallery());
        case rename ->
            unfinished.galleryDone(
                deed, people.rename(into.id(), into.name()).references().size(), deed.gallery());
      };
    } catch (UserError refused) {
      throw unfinished(deed, refused.getMessage(), refused);
    }
  }

  private Deed forget(Deed deed, boolean asked) throws StoreException {
    if (VisitorLooks.isVisitor(deed.person().id())) {
      int looks = people.visitors().erase(deed.person().id());
      return unfinished.galleryDone(deed, looks, people.galleryVersion());
    }
    Person person = new Person(deed.person().id(), deed.person().name(), null);
    People.Forgotten gone =
        asked ? people.forget(person) : people.forget(person, deed.gallery(), deed.begun());
    return unfinished.galleryDone(deed, gone.references().size(), gone.galleryVersion());
  }

  private int merge(Deed deed, Deed.Who into) {
    return people.merge(deed.person().id(), into.id()).gone().references().size();
  }

  private static UserError forgottenMeanwhile(Deed deed) {
    return new UserError(
        "%s was forgotten in the meantime: %s has ended, and no sighting was changed%s."
            .formatted(
                deed.into().orElse(deed.person()).id(),
                words(deed),
                deed.kind() == Deed.Kind.merge
                    ? "; forget %s too".formatted(deed.person().id())
                    : ""));
  }

  /** The action and its person. */
  static String words(Deed deed) {
    return switch (deed.kind()) {
      case forget -> "forgetting %s".formatted(deed.person().id());
      case merge ->
          "merging %s into %s".formatted(deed.person().id(), deed.into().orElseThrow().id());
      case rename -> "renaming %s".formatted(deed.person().id());
    };
  }

  /** What of it is done, and what is left. */
  static String progress(Deed deed) {
    String gallery =
        switch (deed.kind()) {
          case forget -> "pictures erased from the gallery";
          case merge -> "pictures moved in the gallery";
          case rename -> "pictures renamed in the gallery";
        };
    return deed.pictures().isPresent()
        ? String.format(
            Locale.ROOT,
            "done: %d %s; left: the sightings in PostgreSQL",
            deed.pictures().getAsInt(),
            gallery)
        : "left: the gallery (or part of it), and the sightings in PostgreSQL";
  }

  static UserError unfinished(Deed deed, @Nullable String why, Exception cause) {
    return new UserError(
        ("%s is not finished (%s). %s. A running sink continues it, or run the same "
                + "command again.")
            .formatted(sentence(words(deed)), why, sentence(progress(deed))),
        cause);
  }

  private static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
