package org.facestream.recognizer.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;
import org.jspecify.annotations.Nullable;

/**
 * The contract of {@code cctv.matches.v1}: key camera id, value a {@link Match} as JSON, timestamp
 * the capture time.
 */
public final class MatchTopic {
  static final Duration RETENTION = Duration.ofDays(3);

  /**
   * Matches contain descriptors, so they are kept only for the days that are needed to check a
   * decision.
   */
  public static final Topic TOPIC =
      new Topic(
          "matches",
          Map.of(
              "retention.ms", String.valueOf(RETENTION.toMillis()),
              "segment.bytes", String.valueOf(64 << 20),
              "segment.ms", String.valueOf(TimeUnit.HOURS.toMillis(6)),
              "max.message.bytes", String.valueOf(1 << 20)));

  private MatchTopic() {}

  /** A match as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Match match) {
    return new ProducerRecord<>(
        topic, null, match.captureTime().toEpochMilli(), match.camera(), RecordJson.write(match));
  }

  /**
   * The match in a record.
   *
   * @throws InvalidRecordException with reason {@code no-key}, {@code empty-value}, {@code
   *     bad-json} or {@code bad-value} when the record violates the contract
   */
  public static Match read(@Nullable String key, byte @Nullable [] value)
      throws InvalidRecordException {
    if (key == null || key.isEmpty()) {
      throw new InvalidRecordException("no-key", "a match's key is its camera's id");
    }
    Match match = RecordJson.read(value, Match.class);
    if (!key.equals(match.camera())) {
      throw new InvalidRecordException("bad-value", "camera and key differ");
    }
    if (match.track() == null
        || match.track().isEmpty()
        || match.faceId() == null
        || match.captureTime() == null
        || match.box() == null) {
      throw new InvalidRecordException("bad-value", "face, track, capture time or box is missing");
    }
    if (match.captureTime().isBefore(Instant.EPOCH)) {
      throw new InvalidRecordException("bad-value", "the capture time is none");
    }
    if (!usable(match.threshold())
        || !Float.isFinite(match.quality())
        || !Float.isFinite(match.score())) {
      throw new InvalidRecordException(
          "bad-value", "threshold, quality or score is no usable number");
    }
    for (Match.Candidate candidate : match.candidates()) {
      if (candidate.personId() == null || candidate.name() == null) {
        throw new InvalidRecordException("bad-value", "a candidate is nobody");
      }
      if (!(candidate.distance() >= 0) || !Float.isFinite(candidate.distance())) {
        throw new InvalidRecordException("bad-value", "a candidate's distance is none");
      }
      if (candidate.threshold() != null && !usable(candidate.threshold())) {
        throw new InvalidRecordException(
            "bad-value", "a candidate's threshold is no usable number");
      }
    }
    return match;
  }

  private static boolean usable(float threshold) {
    return threshold > 0 && Float.isFinite(threshold);
  }
}
