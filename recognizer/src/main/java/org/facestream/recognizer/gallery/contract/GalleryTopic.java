package org.facestream.recognizer.gallery.contract;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.recognizer.identity.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * The contract of {@code cctv.gallery.v1}, compacted: key face id, value a {@link Reference} as
 * JSON, timestamp the time of enrolment. A record without a value erases the entry.
 */
public final class GalleryTopic {
  private static final Duration SEGMENT = Duration.ofMinutes(10);

  /**
   * The data of an erased entry leave the broker's disk when their segment is compacted. The open
   * segment is never compacted, and tombstones in it do not count. So segments are closed after ten
   * minutes and compacted within thirty: a forgotten person is removed from the disk within an
   * hour. The ten minutes are those between the segment's first record and one that is written, by
   * their timestamps: see {@link #closingTombstone}. Tombstones stay a week; that bounds how long a
   * running replica may be cut off, and a started one begins from empty.
   */
  public static final Topic TOPIC =
      new Topic(
          "gallery",
          Map.of(
              "cleanup.policy", "compact",
              "segment.ms", String.valueOf(SEGMENT.toMillis()),
              "segment.bytes", String.valueOf(64 << 20),
              "max.compaction.lag.ms", String.valueOf(TimeUnit.MINUTES.toMillis(30)),
              "min.cleanable.dirty.ratio", "0.1",
              "delete.retention.ms", String.valueOf(TimeUnit.DAYS.toMillis(7)),
              "max.message.bytes", String.valueOf(1 << 20)));

  private GalleryTopic() {}

  /**
   * A reference as a record for the topic of that full name.
   *
   * @throws IllegalArgumentException when it is incomplete or its descriptor unusable: what would
   *     be skipped by every reader is not written at all
   */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Reference reference) {
    reference
        .problem()
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("a reference that cannot be used: " + problem);
            });
    return new ProducerRecord<>(
        topic,
        null,
        reference.enrolledAt().toEpochMilli(),
        reference.faceId(),
        RecordJson.write(reference));
  }

  /** The record that erases an entry. */
  public static ProducerRecord<String, byte[]> tombstone(String topic, String faceId) {
    return new ProducerRecord<>(topic, faceId, null);
  }

  /**
   * Erases an entry once more, with a timestamp by which the open segment, where the first {@link
   * #tombstone} is, has become too old: nobody may write to this partition for months, and until
   * then nothing would be compacted away. Write it when that one is acknowledged; Kafka takes
   * timestamps that are up to an hour ahead.
   */
  static ProducerRecord<String, byte[]> closingTombstone(String topic, String faceId) {
    long ahead = System.currentTimeMillis() + SEGMENT.plusSeconds(1).toMillis();
    return new ProducerRecord<String, byte[]>(topic, null, ahead, faceId, null);
  }

  /**
   * The reference in a record, or empty when the record erases the entry.
   *
   * @throws InvalidRecordException with reason {@code no-key}, {@code bad-json}, {@code
   *     key-differs}, {@code incomplete}, {@code no-descriptor}, {@code not-a-number} or {@code
   *     zero-descriptor}
   */
  public static Optional<Reference> read(@Nullable String key, byte @Nullable [] value)
      throws InvalidRecordException {
    if (key == null || key.isEmpty()) {
      throw new InvalidRecordException("no-key", "a gallery entry's key is its face id");
    }
    if (value == null) {
      return Optional.empty();
    }
    Reference reference = RecordJson.read(value, Reference.class);
    Optional<String> problem = reference.problem();
    if (problem.isPresent()) {
      throw new InvalidRecordException(problem.get(), "the reference is not usable");
    }
    if (!key.equals(reference.faceId())) {
      throw new InvalidRecordException("key-differs", "face id and key differ");
    }
    return Optional.of(reference);
  }
}
