package org.facestream.deploy.command.correct;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.enrol.Enroller;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.StoredCropQuality;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;

/** What the gallery learns of a correction: a reference, or a counter-example. */
final class Learning {
  private final KafkaOptions.Connection connection;
  private final Database database;
  private final boolean confirmed;
  private final EnrolmentTerms terms;

  /**
   * What came of it.
   *
   * @param learned whether the gallery has an entry of it
   */
  record Result(boolean learned, String message) {}

  Learning(
      KafkaOptions.Connection connection,
      Database database,
      boolean confirmed,
      EnrolmentTerms terms) {
    this.connection = connection;
    this.database = database;
    this.confirmed = confirmed;
    this.terms = terms;
  }

  /**
   * Checks the terms.
   *
   * @throws org.facestream.ingest.worker.config.UserError when they do not suffice for a reference
   */
  void check() {
    EnrolmentRules.of(
            connection.settings().get(GalleryConfig.class),
            connection.settings().get(RecognizerConfig.class).threshold())
        .withTerms(terms)
        .check();
  }

  /**
   * Makes an entry of the sighting's best crop.
   *
   * @param reference whether it is the person, and not a counter-example
   */
  Result of(Corrections.Recorded recorded, boolean reference) throws StoreException {
    Person person = Objects.requireNonNull(recorded.person(), "somebody is named");
    String name = PersonName.shown(person.name());
    Optional<Face> crop = new StoredCrops(database.dataSource()).best(recorded.before().track());
    if (crop.isEmpty()) {
      return new Result(
          false, "Nothing was learned: no crop of the sighting is stored (any more).");
    }
    EnrolmentResult result;
    try {
      Face face = StoredCropQuality.measured(crop.get());
      try (Enroller enroller = enroller(person, reference)) {
        Enrolment enrolment = enroller.enrolment();
        result = reference ? enrolment.enrol(person.name(), face) : enrolment.deny(person, face);
      }
    } catch (UnreadablePictureException unreadable) {
      return new Result(false, "Nothing was learned: the crop cannot be read.");
    }
    if (result instanceof EnrolmentResult.Enrolled enrolled) {
      if (!enrolled.already()) {
        new CorrectionStore(database.dataSource()).learned(recorded.number(), enrolled.faceId());
      }
      return new Result(
          true,
          reference
              ? "Learned: the crop is a picture of %s now.".formatted(name)
              : "Learned: faces like this one do not count as %s.".formatted(name));
    }
    EnrolmentResult.Refused refused = (EnrolmentResult.Refused) result;
    return new Result(
        false, "Nothing was learned (%s): %s.".formatted(refused.reason(), refused.message()));
  }

  private Enroller enroller(Person person, boolean reference) {
    return reference
        ? new Enroller(
            connection.settings(),
            connection.clients(),
            confirmed,
            terms.with(person.id()),
            connection.trail())
        : Enroller.ofCounterExamples(
            connection.settings(), connection.clients(), connection.trail());
  }

  /** Erases what was made of a correction that does not hold any more. */
  void forget(CorrectionStore.Undone undone) {
    String entry = undone.galleryEntry();
    if (entry == null || undone.personId() == null) {
      return;
    }
    Person person = new Person(undone.personId(), undone.personId());
    try (GalleryWriter writer = new GalleryWriter(connection.clients())) {
      connection.trail().forgetting(person, 1, () -> writer.erase(List.of(entry)));
    }
  }
}
