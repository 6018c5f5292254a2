package org.facestream.recognizer.gallery.enrol;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.jspecify.annotations.Nullable;

/**
 * What an enrolment keeps of a reference: all but the picture and the descriptor, which make up
 * nearly all of it, and where it is in the gallery topic.
 *
 * @param faceId as in {@link Reference}
 * @param person as in this reference
 * @param consent as in {@link Reference}, or null
 * @param expiry as in {@link Reference}, or null
 * @param source as in {@link Reference}
 * @param partition of its record
 * @param offset of its record
 */
record EnrolledFace(
    String faceId,
    Person person,
    @Nullable String consent,
    @Nullable Instant expiry,
    String source,
    int partition,
    long offset) {

  /**
   * @param person equal to the reference's, perhaps shared with its other references
   */
  static EnrolledFace of(Reference reference, Person person, int partition, long offset) {
    return new EnrolledFace(
        reference.faceId(),
        person,
        reference.consent(),
        reference.expiry(),
        reference.source(),
        partition,
        offset);
  }

  /** The whole reference, when the record is still this face's. */
  Optional<Reference> in(Optional<ConsumerRecord<String, byte[]>> record) {
    return record
        .filter(found -> faceId.equals(found.key()) && found.offset() == offset)
        .flatMap(GalleryReader::reference);
  }
}
