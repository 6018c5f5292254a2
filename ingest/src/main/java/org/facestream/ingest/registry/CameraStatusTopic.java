package org.facestream.ingest.registry;

import com.fasterxml.jackson.databind.ObjectReader;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.camera-status.v1}: key camera id, value a {@link CameraReport} as
 * JSON, no value for a camera that was removed. Compacted: the last record of a key is the camera's
 * status, unless it is older than {@link #SILENT}. Readers ignore unknown fields.
 */
public final class CameraStatusTopic {
  /** Only the last of many short records matters, so the topic is compacted often. */
  public static final Topic TOPIC =
      new Topic(
          "camera-status",
          Map.of(
              "cleanup.policy", "compact",
              "segment.ms", String.valueOf(TimeUnit.MINUTES.toMillis(10)),
              "segment.bytes", String.valueOf(16 << 20),
              "max.compaction.lag.ms", String.valueOf(TimeUnit.HOURS.toMillis(1)),
              "min.cleanable.dirty.ratio", "0.2",
              "delete.retention.ms", String.valueOf(TimeUnit.HOURS.toMillis(1)),
              "max.message.bytes", String.valueOf(1 << 20)));

  /** No worker runs a camera that was not reported for this number of milliseconds. */
  public static final long SILENT = TimeUnit.SECONDS.toMillis(30);

  private static final ObjectReader READER = Json.LENIENT.readerFor(CameraReport.class);

  private CameraStatusTopic() {}

  /** A report as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, CameraReport report) {
    return new ProducerRecord<>(
        topic, null, report.at().toEpochMilli(), report.camera(), Json.bytes(report));
  }

  /** The removal of a camera, as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> tombstone(String topic, String camera) {
    return new ProducerRecord<>(topic, camera, null);
  }

  /**
   * The report in a record; empty when the camera was removed.
   *
   * @throws InvalidRecordException when the record violates the contract
   */
  public static Optional<CameraReport> fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (!Camera.validId(record.key())) {
      throw new InvalidRecordException("no-key", "the key is not a camera's id");
    }
    if (record.value() == null) {
      return Optional.empty();
    }
    CameraReport report = Json.read(READER, record.value(), "bad-json");
    if (!record.key().equals(report.camera())
        || report.state() == null
        || report.since() == null
        || report.at() == null) {
      throw new InvalidRecordException(
          "bad-value", "a report has camera (the key), state, since and at");
    }
    return Optional.of(report);
  }
}
