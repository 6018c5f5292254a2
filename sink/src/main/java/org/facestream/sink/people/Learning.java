package org.facestream.sink.people;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.StoredCropQuality;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;

/** What the gallery learns of a correction: a reference, or a counter-example. */
public final class Learning {
  private final KafkaClients clients;
  private final AuditTrail trail;
  private final Database database;
  private final boolean confirmed;
  private final EnrolmentTerms terms;

  /**
   * What came of it.
   *
   * @param learned whether the gallery has an entry of it
   */
  public record Result(boolean learned, String message) {}

  public Learning(
      KafkaClients clients,
      AuditTrail trail,
      Database database,
      boolean confirmed,
      EnrolmentTerms terms) {
    this.clients = clients;
    this.trail = trail;
    this.database = database;
    this.confirmed = confirmed;
    this.terms = terms;
  }

  /**
   * Makes an entry of the sighting's best crop.
   *
   * @param reference whether it is the person, and not a counter-example
   * @param enroller stays the caller's, and is used by one thread
   */
  public Result of(Corrections.Recorded recorded, boolean reference, Enroller enroller)
      throws StoreException {
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
      result =
          reference
              ? enroller.under(confirmed, terms.with(person.id()), trail).enrol(person.name(), face)
              : enroller.underNoTerms(trail).deny(person, face);
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

  /** Erases what was made of a correction that does not hold any more. */
  public void forget(CorrectionStore.Undone undone) {
    String entry = undone.galleryEntry();
    String person = undone.personId();
    if (entry != null && person != null) {
      erase(Map.of(entry, person), clients, trail);
    }
  }

  /**
   * Erases entries of the gallery that were made of sightings.
   *
   * @param learned person ids by the entries' ids
   */
  public static void erase(Map<String, String> learned, KafkaClients clients, AuditTrail trail) {
    if (learned.isEmpty()) {
      return;
    }
    try (GalleryWriter writer = new GalleryWriter(clients)) {
      learned.forEach(
          (entry, person) ->
              trail.forgetting(new Person(person, person), 1, () -> writer.erase(List.of(entry))));
    }
  }
}
