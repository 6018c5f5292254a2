package org.facestream.ingest.registry;

import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.cameras.v1}: key camera id, value a {@link Camera} as JSON, no value
 * for a camera that was removed. Compacted: the last record of a key is valid. Readers ignore
 * unknown fields.
 */
public final class CameraTopic {
  /** Old addresses and passwords are removed from the log soon after they were replaced. */
  public static final Topic TOPIC =
      new Topic(
          "cameras",
          Map.of(
              "cleanup.policy", "compact",
              "segment.ms", String.valueOf(TimeUnit.HOURS.toMillis(1)),
              "max.compaction.lag.ms", String.valueOf(TimeUnit.HOURS.toMillis(1)),
              "min.cleanable.dirty.ratio", "0.1",
              "delete.retention.ms", String.valueOf(TimeUnit.DAYS.toMillis(1)),
              "max.message.bytes", String.valueOf(1 << 20)));

  private CameraTopic() {}

  /** A camera as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Camera camera) {
    return new ProducerRecord<>(topic, camera.id(), Json.bytes(camera));
  }

  /** The removal of a camera as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> tombstone(String topic, String id) {
    return new ProducerRecord<>(topic, id, null);
  }

  /**
   * The camera in a record; empty when the record removes it.
   *
   * @throws InvalidRecordException when the record violates the contract; its message does not
   *     contain the URL
   */
  public static Optional<Camera> fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (!Camera.validId(record.key())) {
      throw new InvalidRecordException("no-key", "the key is not a camera's id");
    }
    if (record.value() == null) {
      return Optional.empty();
    }
    Camera camera;
    try {
      camera = Json.LENIENT.readValue(record.value(), Camera.class);
    } catch (ValueInstantiationException refused) {
      throw new InvalidRecordException(
          "bad-value",
          refused.getCause() == null
              ? "not a camera"
              : String.valueOf(refused.getCause().getMessage()));
    } catch (IOException malformed) {
      // Its message would quote the record with the password.
      throw new InvalidRecordException("bad-json", "the value is not the JSON of a camera");
    }
    if (camera == null || !camera.id().equals(record.key())) {
      throw new InvalidRecordException("bad-value", "the id in the value is not the key");
    }
    return Optional.of(camera);
  }
}
