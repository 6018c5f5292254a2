package org.facestream.sink.evidence;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.Face;
import org.facestream.recognizer.identity.Match;
import org.facestream.sink.store.CropChoice;
import org.facestream.sink.store.FaceStore;

/**
 * A face or a match in memory.
 *
 * @param value of the record
 * @param partition where the record is
 * @param offset where the record is
 * @param readNanos when it was read
 * @param bytes of memory, about
 */
record Held<T>(
    T value,
    String faceId,
    Instant captured,
    float quality,
    TopicPartition partition,
    long offset,
    long readNanos,
    int bytes)
    implements CropChoice.Crop {

  /** What a record takes besides its picture or descriptor. */
  private static final int OVERHEAD = 1_000;

  static Held<Face> of(Face face, ConsumerRecord<String, byte[]> record) {
    return new Held<>(
        face,
        face.id(),
        FaceStore.precise(face.captureTime()),
        face.quality().overall(),
        new TopicPartition(record.topic(), record.partition()),
        record.offset(),
        System.nanoTime(),
        face.jpeg().length + OVERHEAD);
  }

  static Held<Match> of(Match match, ConsumerRecord<String, byte[]> record) {
    float[] descriptor = match.descriptor();
    return new Held<>(
        match,
        match.faceId(),
        FaceStore.precise(match.captureTime()),
        match.quality(),
        new TopicPartition(record.topic(), record.partition()),
        record.offset(),
        System.nanoTime(),
        (descriptor == null ? 0 : descriptor.length * Float.BYTES) + OVERHEAD);
  }
}
