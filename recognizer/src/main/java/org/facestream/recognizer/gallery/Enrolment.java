package org.facestream.recognizer.gallery;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.identity.Match;

/**
 * Makes references of pictures and writes them to the gallery topic. One picture that cannot be
 * used does not keep the others from being enrolled. Enrolling the same picture again changes
 * nothing.
 *
 * <p>For one thread. It reads the gallery once, when it is made; whoever enrols at the same time by
 * other means may therefore enrol what this would have called a duplicate.
 */
public final class Enrolment implements AutoCloseable {
  private final EnrolmentRules rules;
  private final DescriptorSpace space;
  private final float threshold;
  private final FaceExaminer examiner;
  private final Map<String, Reference> known;
  private final GalleryMatrix matrix;
  private final Clock clock;
  private final String topic;
  private final Producer<String, byte[]> producer;

  /**
   * Reads the gallery.
   *
   * @param mtcnn stays its owner's
   * @param descriptors of the model that the recognizers use; stays its owner's
   * @throws org.facestream.ingest.worker.config.UserError when the broker does not answer
   */
  public Enrolment(
      KafkaClients clients, EnrolmentRules rules, Mtcnn mtcnn, Descriptors descriptors) {
    this.rules = rules;
    this.space = DescriptorSpace.of(descriptors.model());
    this.threshold = rules.threshold().orElse(descriptors.model().threshold());
    this.examiner = new FaceExaminer(rules, mtcnn, descriptors);
    this.matrix = new GalleryMatrix(space);
    this.clock = Clock.systemUTC();
    this.topic = clients.name(GalleryTopic.TOPIC);
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
    this.known = GalleryReader.read(clients);
    known.values().stream().filter(this::comparable).forEach(matrix::put);
    this.producer = clients.producer(Map.of());
  }

  /**
   * Enrols one picture.
   *
   * @param name the person's: whoever has exactly this name in the gallery, or somebody new
   * @param source where the picture came from, kept with the reference
   * @param encoded JPEG, PNG, BMP or GIF
   * @return when the reference is durable, or why there is none
   */
  public EnrolmentResult enrol(String name, String source, byte[] encoded) {
    String kept = PersonName.check(name);
    Person person = person(kept);
    try {
      Reference same = known.get(examiner.faceId(encoded));
      if (same != null && same.personId().equals(person.id())) {
        return new EnrolmentResult.Enrolled(source, kept, same, true);
      }
      Reference reference = examiner.examine(person, source, encoded, clock.instant());
      checkOthers(reference, same);
      People.write(producer, List.of(GalleryTopic.toRecord(topic, reference)));
      known.put(reference.faceId(), reference);
      matrix.put(reference);
      return new EnrolmentResult.Enrolled(source, kept, reference, false);
    } catch (FaceExaminer.RefusedException refused) {
      return new EnrolmentResult.Refused(source, kept, refused.reason(), refused.getMessage());
    }
  }

  private Person person(String name) {
    Set<String> ids = new HashSet<>();
    for (Reference reference : known.values()) {
      if (reference.name().equals(name)) {
        return new Person(reference.personId(), name);
      }
      ids.add(reference.personId());
    }
    return new Person(PersonName.id(name, ids), name);
  }

  private boolean comparable(Reference reference) {
    return reference.model().equals(space.model())
        && reference.descriptor().length == space.length();
  }

  private void checkOthers(Reference reference, Reference samePicture)
      throws FaceExaminer.RefusedException {
    if (samePicture != null && !rules.confirmed()) {
      throw new FaceExaminer.RefusedException(
          "conflict",
          "this very picture is enrolled as %s; forget that first, or confirm"
              .formatted(samePicture.name()));
    }
    List<Match.Candidate> near =
        matrix
            .publish(0)
            .match(new float[][] {reference.descriptor()}, 2, Reduction.MINIMUM, clock.instant())
            .get(0);
    Optional<Match.Candidate> own =
        near.stream().filter(who -> who.personId().equals(reference.personId())).findFirst();
    if (own.isPresent() && own.get().distance() < rules.duplicate() * threshold) {
      throw new FaceExaminer.RefusedException(
          "duplicate",
          "it is nearly the same as %s, which is enrolled already"
              .formatted(known.get(own.get().reference()).source()));
    }
    Optional<Match.Candidate> other =
        near.stream().filter(who -> !who.personId().equals(reference.personId())).findFirst();
    if (other.isPresent() && other.get().distance() < threshold && !rules.confirmed()) {
      throw new FaceExaminer.RefusedException(
          "conflict",
          "it looks like %s (distance %.2f, under %.2f counts as the same person); confirm to"
                  .formatted(other.get().name(), other.get().distance(), threshold)
              + " enrol it all the same");
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
