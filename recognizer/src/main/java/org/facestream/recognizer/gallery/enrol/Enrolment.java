package org.facestream.recognizer.gallery.enrol;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.people.People;

/**
 * Creates references from pictures and writes them to the gallery topic. A picture that cannot be
 * used does not affect the others. Enrolling the same picture again changes nothing, unless the
 * terms differ, which are then updated. Only the data needed for decisions is kept in memory, not
 * pictures.
 *
 * <p>For one thread, which decides about one picture after the other, so that the result does not
 * depend on how many threads look for faces. Before each decision it reads changes by others:
 * people who are forgotten, renamed or put on a watchlist in the meantime stay so, and no picture
 * is enrolled for a person who was forgotten since {@link #enrolAll} began.
 */
public final class Enrolment implements AutoCloseable {
  private EnrolmentRules rules;
  private final FaceExaminer examiner;
  private final EnrolledFaces known;
  private final PictureQueue queue;
  private AuditTrail trail;
  private final Clock clock;
  private final GalleryWriter writer;
  private final Closing closing = new Closing();

  /**
   * Reads the gallery.
   *
   * @param detectors at least one; {@link #enrolAll} has a thread for each; closed by the caller
   * @param descriptors of the recognizers' model; closed by the caller
   * @param trail records each enrolment before it is done
   * @throws org.facestream.ingest.worker.config.UserError when the terms do not suffice, or the
   *     broker does not answer
   */
  public Enrolment(
      KafkaClients clients,
      EnrolmentRules rules,
      List<Mtcnn> detectors,
      Descriptors descriptors,
      AuditTrail trail) {
    this.rules = rules;
    this.trail = trail;
    this.clock = Clock.systemUTC();
    rules.demanded().apply(rules.terms(), clock.instant());
    List<FaceExaminer> examiners =
        detectors.stream()
            .map(detector -> new FaceExaminer(rules.gate(), detector, descriptors))
            .toList();
    this.examiner = examiners.get(0);
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
    try {
      this.known =
          closing.add(
              new EnrolledFaces(
                  clients,
                  DescriptorSpace.of(descriptors.model()),
                  rules.threshold().orElse(descriptors.model().threshold()),
                  descriptors.model().verification()));
      this.writer = closing.add(new GalleryWriter(clients));
      this.queue = closing.add(new PictureQueue(examiners, this::settled));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  /**
   * Goes on by other rules, for somebody else.
   *
   * @param others of which threshold and quality are as before
   * @param who takes down what follows
   * @throws org.facestream.ingest.worker.config.UserError when the terms do not suffice
   */
  public void proceed(EnrolmentRules others, AuditTrail who) {
    others.demanded().apply(others.terms(), clock.instant());
    this.rules = others;
    this.trail = who;
  }

  /**
   * Enrols one picture.
   *
   * @param name the person's: the person with an equivalent name in the gallery, or a new person
   * @param source where the picture came from, kept with the reference
   * @param encoded of a kind that {@link org.facestream.ingest.frame.Picture#decodeStill} takes
   * @return the durable reference, or the reason for the refusal
   * @throws org.facestream.ingest.worker.config.UserError when the name is not one
   */
  public EnrolmentResult enrol(String name, String source, byte[] encoded) {
    String kept = PersonName.check(name);
    known.begin();
    return decide(kept, source, examiner.faceId(encoded), () -> examiner.examine(encoded));
  }

  /** Enrols a face from a camera, with the landmarks found in the camera's frame. */
  public EnrolmentResult enrol(String name, Face face) {
    String kept = PersonName.check(name);
    known.begin();
    return decide(kept, source(face), examiner.faceId(face.jpeg()), () -> examiner.examine(face));
  }

  /**
   * Makes a counter-example: faces nearer to this one than to the person's references do not count
   * as the person. It keeps no picture, and expires.
   *
   * @param person of the gallery
   * @return the entry of the gallery, or the reason for the refusal
   */
  public EnrolmentResult deny(Person person, Face face) {
    String source = source(face);
    known.begin();
    try {
      ExaminedFace examined = examiner.counterExample(person.id(), face);
      known.refresh();
      if (known.of(person.id()).isEmpty()) {
        throw new RefusedException(
            "forgotten", "%s was forgotten in the meantime".formatted(person.id()));
      }
      Instant now = clock.instant();
      EnrolmentTerms terms =
          new EnrolmentTerms(Optional.empty(), Optional.of(now.plus(rules.counterExamples())));
      boolean already = known.get(examined.faceId()) != null;
      Reference denial = examined.of(person, source, terms, now).withDenies(true);
      trail.denying(denial, () -> put(List.of(denial)));
      return new EnrolmentResult.Enrolled(
          source, person.name(), denial.faceId(), person, already, 0);
    } catch (RefusedException refused) {
      return new EnrolmentResult.Refused(
          source, person.name(), refused.reason(), String.valueOf(refused.getMessage()));
    }
  }

  private static String source(Face face) {
    return "camera %s, face %s".formatted(face.camera(), face.id());
  }

  /**
   * Enrols many pictures: several threads read them and detect faces, this thread decides in the
   * order of the pictures.
   *
   * @param each receives each result immediately, in this thread
   * @param stop checked before each picture; true stops the enrolment
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not answer, or the
   *     expiry has passed
   */
  public void enrolAll(
      Iterable<? extends Submission> pictures,
      Consumer<EnrolmentResult> each,
      BooleanSupplier stop) {
    known.begin();
    queue.examineAll(
        pictures,
        stop,
        examined ->
            each.accept(
                examined.refused().isPresent()
                    ? examined.refused().get()
                    : decide(
                        examined.name(),
                        examined.source(),
                        examined.faceId(),
                        examined.examination())));
  }

  /** Whether the result for a picture is already known. Called by many threads. */
  private boolean settled(String name, String faceId) {
    EnrolledFace same = known.get(faceId);
    return same != null && (rules.terms().mean(same.person(), name) || !rules.confirmed());
  }

  private EnrolmentResult decide(
      String name, String source, String faceId, Examination examination) {
    try {
      Optional<ExaminedFace> looked =
          settled(name, faceId) ? Optional.empty() : Optional.of(examination.face());
      // As late as possible, because detecting faces takes time, and a folder takes hours. Only the
      // time of one write remains, and `forget` checks a second time.
      known.refresh();
      Instant now = clock.instant();
      if (known.erasedMeanwhile(name, faceId)) {
        throw new RefusedException(
            "forgotten",
            "%s was forgotten in the meantime; enrol the picture again if you want that"
                .formatted(name));
      }
      EnrolmentTerms terms = rules.demanded().apply(rules.terms(), now);
      Person before = known.person(name, rules.terms().id());
      Person person = rules.terms().watched(before);
      EnrolledFace same = known.get(faceId);
      if (same != null && same.person().id().equals(person.id())) {
        watch(before, person);
        return again(same, person, source, terms, now);
      }
      if (same != null && !rules.confirmed()) {
        throw new RefusedException(
            EnrolmentResult.CONFLICT,
            "the same picture is enrolled as %s; forget that person first, or confirm"
                .formatted(same.person().name()));
      }
      ExaminedFace face = looked.isPresent() ? looked.get() : examination.face();
      Reference reference = face.of(person, source, terms, now);
      if (reference.problem().isPresent()) {
        throw new RefusedException(
            "bad-descriptor",
            "the network returned no usable descriptor (%s); use another picture"
                .formatted(reference.problem().get()));
      }
      known.check(reference, rules, now);
      watch(before, person);
      write(reference);
      return new EnrolmentResult.Enrolled(
          source, person.name(), faceId, person, false, face.turned());
    } catch (RefusedException refused) {
      return new EnrolmentResult.Refused(
          source, name, refused.reason(), String.valueOf(refused.getMessage()));
    }
  }

  /**
   * All references of a person get the watchlist of the enrolment, as by {@link People#watch}.
   * Existing references are written first, so that the last one written has the current value.
   */
  private void watch(Person before, Person now) throws RefusedException {
    if (Objects.equals(before.watchlist(), now.watchlist())) {
      return;
    }
    List<Reference> others = new ArrayList<>();
    for (EnrolledFace other : known.of(now.id())) {
      others.add(known.whole(other).as(other.person().on(now.watchlist())));
    }
    trail.watching(now, Math.max(1, others.size()), () -> put(others));
  }

  private EnrolmentResult again(
      EnrolledFace same, Person person, String source, EnrolmentTerms terms, Instant now)
      throws RefusedException {
    boolean over = same.expiry() != null && !same.expiry().isAfter(now);
    if (!over && !rules.terms().differFrom(same)) {
      return new EnrolmentResult.Enrolled(
          source, same.person().name(), same.faceId(), person, true, 0);
    }
    if (terms.expiry().isEmpty() && over) {
      throw new RefusedException(
          "expired", "it was enrolled until %s; give a new expiry".formatted(same.expiry()));
    }
    // What was written a moment ago, on the watchlist, included.
    Reference renewed =
        known
            .whole(Objects.requireNonNull(known.get(same.faceId()), "it is enrolled"))
            .on(
                terms.consent().or(() -> Optional.ofNullable(same.consent())),
                terms.expiry().or(() -> Optional.ofNullable(same.expiry())));
    write(renewed);
    return new EnrolmentResult.Enrolled(
        source, same.person().name(), same.faceId(), person, true, 0);
  }

  private void write(Reference reference) {
    trail.enrolling(reference, () -> put(List.of(reference)));
  }

  private Void put(List<Reference> references) {
    List<RecordMetadata> places = writer.put(references);
    for (int i = 0; i < places.size(); i++) {
      known.put(references.get(i), places.get(i).partition(), places.get(i).offset());
    }
    return null;
  }

  @Override
  public void close() {
    closing.close();
  }
}
