package org.facestream.ingest.frame;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.load.v1}: key camera id, value JSON {@code {"handled": 0.4, "faces":
 * true}}, timestamp when it was so. It belongs to the frames' owner because it is about frames:
 * detectors that cannot keep up say so here, every few seconds and only then, and ingest workers
 * that are allowed to send less read it.
 */
public final class LoadTopic {
  /** Worth nothing after some seconds. */
  public static final Topic TOPIC =
      new Topic(
          "load",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.MINUTES.toMillis(5)),
              "segment.bytes", String.valueOf(4 << 20),
              "segment.ms", String.valueOf(TimeUnit.MINUTES.toMillis(5))));

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private LoadTopic() {}

  /** As a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, Load load, Instant when) {
    ObjectNode json = JSON.createObjectNode();
    json.put("handled", load.handled());
    json.put("faces", load.faces());
    try {
      return new ProducerRecord<>(
          topic, null, when.toEpochMilli(), load.camera(), JSON.writeValueAsBytes(json));
    } catch (IOException impossible) {
      throw new IllegalStateException("two numbers are no JSON", impossible);
    }
  }

  /**
   * What a record says.
   *
   * @throws InvalidRecordException when the record does not keep the contract
   */
  public static Load fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (record.key() == null || record.value() == null) {
      throw new InvalidRecordException("bad-load", "a load has a camera and a value");
    }
    try {
      var json = JSON.readTree(record.value());
      return new Load(
          record.key(), json.path("handled").asDouble(-1), json.path("faces").asBoolean());
    } catch (IOException | IllegalArgumentException malformed) {
      throw new InvalidRecordException("bad-load", "not a load: " + malformed.getMessage());
    }
  }
}
