package org.facestream.recognizer.gallery;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.facestream.detector.face.Face;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.Descriptors;

/**
 * Makes references of pictures and writes them to the gallery topic. One picture that cannot be
 * used does not keep the others from being enrolled. Enrolling the same picture again changes
 * nothing, unless other terms are given: then it is on those.
 *
 * <p>For one thread, which decides about one picture after the other, so that the result does not
 * depend on how many threads look for faces. Before each decision it takes in what others wrote:
 * who is forgotten, renamed or put on a watchlist meanwhile stays so, and of somebody who was
 * forgotten since {@link #enrolAll} began no picture is enrolled.
 */
public final class Enrolment implements AutoCloseable {
  private final EnrolmentRules rules;
  private final FaceExaminer examiner;
  private final KnownReferences known;
  private final PictureQueue queue;
  private final Clock clock;
  private final GalleryWriter writer;
  private final Closing closing = new Closing();

  /**
   * Reads the gallery.
   *
   * @param detectors at least one; {@link #enrolAll} has a thread for each; stay their owner's
   * @param descriptors of the model that the recognizers use; stays its owner's
   * @throws org.facestream.ingest.worker.config.UserError when the terms do not suffice, or the
   *     broker does not answer
   */
  public Enrolment(
      KafkaClients clients, EnrolmentRules rules, List<Mtcnn> detectors, Descriptors descriptors) {
    this.rules = rules;
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
              new KnownReferences(
                  clients,
                  DescriptorSpace.of(descriptors.model()),
                  rules.threshold().orElse(descriptors.model().threshold())));
      this.writer = closing.add(new GalleryWriter(clients));
      this.queue = closing.add(new PictureQueue(examiners, this::settled));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  /**
   * Enrols one picture.
   *
   * @param name the person's: whoever has exactly this name in the gallery, or somebody new
   * @param source where the picture came from, kept with the reference
   * @param encoded JPEG, PNG, BMP or GIF
   * @return when the reference is durable, or why there is none
   * @throws org.facestream.ingest.worker.config.UserError when the name is not one
   */
  public EnrolmentResult enrol(String name, String source, byte[] encoded) {
    String kept = PersonName.check(name);
    known.begin();
    return decide(kept, source, examiner.faceId(encoded), () -> examiner.examine(encoded));
  }

  /** Enrols a face that a camera saw, by the landmarks that were found in the camera's frame. */
  public EnrolmentResult enrol(String name, Face face) {
    String kept = PersonName.check(name);
    String source = "camera %s, face %s".formatted(face.camera(), face.id());
    known.begin();
    return decide(kept, source, examiner.faceId(face.jpeg()), () -> examiner.examine(face));
  }

  /**
   * Enrols many pictures: several threads read them and look for faces, this one decides, in the
   * order of the pictures.
   *
   * @param each is told the result of each as soon as it is known, in this thread
   * @param stop is asked before each; when it says so no further one is begun
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not answer, or the
   *     end that the terms give is over by now
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

  /** Whether what is known says already what becomes of a picture. Asked by many threads. */
  private boolean settled(String name, String faceId) {
    Reference same = known.get(faceId);
    return same != null && (same.name().equals(name) || !rules.confirmed());
  }

  private EnrolmentResult decide(
      String name, String source, String faceId, Examination examination) {
    try {
      Optional<ExaminedFace> looked =
          settled(name, faceId) ? Optional.empty() : Optional.of(examination.face());
      // As late as can be: to look for faces takes a while, and a folder takes hours. What is left
      // is the time of one write, and `forget` looks a second time.
      known.refresh();
      Instant now = clock.instant();
      if (known.erasedMeanwhile(name, faceId)) {
        throw new RefusedException(
            "forgotten",
            "%s was forgotten meanwhile; enrol again if that is meant".formatted(name));
      }
      EnrolmentTerms terms = rules.demanded().apply(rules.terms(), now);
      Person person = known.person(name);
      Reference same = known.get(faceId);
      if (same != null && same.personId().equals(person.id())) {
        return again(same, source, terms, now);
      }
      if (same != null && !rules.confirmed()) {
        throw new RefusedException(
            "conflict",
            "this very picture is enrolled as %s; forget that first, or confirm"
                .formatted(same.name()));
      }
      ExaminedFace face = looked.isPresent() ? looked.get() : examination.face();
      Reference reference = face.of(person, source, terms, now);
      known.check(reference, rules, now);
      write(reference);
      return new EnrolmentResult.Enrolled(source, name, reference, false);
    } catch (RefusedException refused) {
      return new EnrolmentResult.Refused(source, name, refused.reason(), refused.getMessage());
    }
  }

  private EnrolmentResult again(Reference same, String source, EnrolmentTerms terms, Instant now)
      throws RefusedException {
    boolean over = same.expiry() != null && !same.expiry().isAfter(now);
    if (!over && !rules.terms().differFrom(same)) {
      return new EnrolmentResult.Enrolled(source, same.name(), same, true);
    }
    if (terms.expiry().isEmpty() && over) {
      throw new RefusedException(
          "expired", "it was enrolled until %s; give a new end".formatted(same.expiry()));
    }
    Reference renewed =
        same.on(
            terms.consent().or(() -> Optional.ofNullable(same.consent())),
            terms.expiry().or(() -> Optional.ofNullable(same.expiry())));
    write(renewed);
    return new EnrolmentResult.Enrolled(source, same.name(), renewed, true);
  }

  private void write(Reference reference) {
    writer.put(List.of(reference));
    known.put(reference);
    AuditTrail.enrolled(reference);
  }

  @Override
  public void close() {
    closing.close();
  }
}
