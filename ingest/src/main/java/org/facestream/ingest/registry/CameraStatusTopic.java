package org.facestream.ingest.registry;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
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

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, new InstantReader()))
          .build();

  private CameraStatusTopic() {}

  /** A report as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, CameraReport report) {
    return new ProducerRecord<>(
        topic, null, report.at().toEpochMilli(), report.camera(), json(report));
  }

  /** The removal of a camera, as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> tombstone(String topic, String camera) {
    return new ProducerRecord<>(topic, camera, null);
  }

  /** The JSON of a report, in UTF-8. */
  public static byte[] json(CameraReport report) {
    try {
      return JSON.writeValueAsBytes(report);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a report is always writable as JSON", impossible);
    }
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
    CameraReport report;
    try {
      report = JSON.readValue(record.value(), CameraReport.class);
    } catch (JacksonException | DateTimeException malformed) {
      throw new InvalidRecordException("bad-json", "the value is not the JSON of a report");
    } catch (IOException impossible) {
      throw new IllegalStateException("an array in memory is always readable", impossible);
    }
    if (report == null
        || !record.key().equals(report.camera())
        || report.state() == null
        || report.since() == null
        || report.at() == null) {
      throw new InvalidRecordException(
          "bad-value", "a report has camera (the key), state, since and at");
    }
    return Optional.of(report);
  }

  private static final class InstantReader extends FromStringDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    protected Instant _deserialize(String text, DeserializationContext context) {
      return Instant.parse(text);
    }
  }
}
