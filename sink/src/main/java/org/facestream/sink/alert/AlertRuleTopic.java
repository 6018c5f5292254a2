package org.facestream.sink.alert;

import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.alert-rules.v1}: key the rule's id, value an {@link AlertRule} as
 * JSON, no value for a rule that was deleted. Compacted: the last record of a key is valid. Readers
 * ignore unknown fields.
 */
public final class AlertRuleTopic {
  /** Rules may name people, so old ones are removed from the log soon. */
  public static final Topic TOPIC =
      new Topic(
          "alert-rules",
          Map.of(
              "cleanup.policy", "compact",
              "segment.ms", String.valueOf(TimeUnit.HOURS.toMillis(1)),
              "max.compaction.lag.ms", String.valueOf(TimeUnit.HOURS.toMillis(1)),
              "min.cleanable.dirty.ratio", "0.1",
              "delete.retention.ms", String.valueOf(TimeUnit.DAYS.toMillis(1)),
              "max.message.bytes", String.valueOf(1 << 20)));

  private AlertRuleTopic() {}

  /** A rule as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, AlertRule rule) {
    return new ProducerRecord<>(topic, rule.id(), Json.bytes(rule));
  }

  /** The deletion of a rule as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> tombstone(String topic, String id) {
    return new ProducerRecord<>(topic, id, null);
  }

  /**
   * The rule in a record; empty when the record deletes it.
   *
   * @throws InvalidRecordException when the record violates the contract; its message quotes no
   *     value
   */
  public static Optional<AlertRule> fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    if (!AlertRule.validId(record.key())) {
      throw new InvalidRecordException("no-key", "the key is not a rule's id");
    }
    if (record.value() == null) {
      return Optional.empty();
    }
    AlertRule rule = read(record.value());
    if (!rule.id().equals(record.key())) {
      throw new InvalidRecordException("bad-value", "the id in the value is not the key");
    }
    return Optional.of(rule);
  }

  /**
   * The rule in a record's value, or in the body of a request.
   *
   * @throws InvalidRecordException when it is none; the message says what is wrong
   */
  public static AlertRule read(byte[] json) throws InvalidRecordException {
    try {
      AlertRule rule = Json.LENIENT.readValue(json, AlertRule.class);
      if (rule != null) {
        return rule;
      }
    } catch (ValueInstantiationException refused) {
      Throwable why = refused.getCause();
      throw new InvalidRecordException(
          "bad-value", why instanceof UserError ? String.valueOf(why.getMessage()) : "not a rule");
    } catch (IOException malformed) {
      // The message below quotes nothing: a rule may name people.
    }
    throw new InvalidRecordException("bad-json", "the value is not the JSON of a rule");
  }
}
