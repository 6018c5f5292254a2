package org.facestream.recognizer.identity;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Topic;
import org.jspecify.annotations.Nullable;

/**
 * The contract of {@code cctv.identities.v1}: key camera id, value an {@link IdentityEvent} as JSON
 * that keeps the published JSON Schema {@value #SCHEMA}, timestamp the capture time of the face
 * that caused the event. Written in transactions: read it with {@code
 * isolation.level=read_committed}. Of a replay the timestamp is when it was written, see {@link
 * org.facestream.ingest.frame.Recording}.
 */
public final class IdentityTopic {
  /** The JSON Schema of the value, a resource beside this class. */
  public static final String SCHEMA = "identity-event.v1.schema.json";

  public static final Topic TOPIC =
      new Topic(
          "identities",
          Map.of(
              "retention.ms", String.valueOf(TimeUnit.DAYS.toMillis(30)),
              "segment.bytes", String.valueOf(64 << 20),
              "segment.ms", String.valueOf(TimeUnit.DAYS.toMillis(1)),
              "max.message.bytes", String.valueOf(1 << 20)));

  private IdentityTopic() {}

  /** An event as a record for the topic of that full name. */
  public static ProducerRecord<String, byte[]> toRecord(String topic, IdentityEvent event) {
    return new ProducerRecord<>(
        topic, null, event.captureTime().toEpochMilli(), event.camera(), RecordJson.write(event));
  }

  /**
   * The event in a record.
   *
   * @throws InvalidRecordException with reason {@code empty-value}, {@code bad-json} or {@code
   *     bad-value} when the record violates the contract
   */
  public static IdentityEvent fromRecord(ConsumerRecord<String, byte[]> record)
      throws InvalidRecordException {
    return read(record.value());
  }

  /**
   * The event in a record's value.
   *
   * @throws InvalidRecordException as {@link #fromRecord}
   */
  public static IdentityEvent read(byte @Nullable [] value) throws InvalidRecordException {
    return check(RecordJson.read(value, IdentityEvent.class));
  }

  /** Lets an event pass that has all parts. */
  static IdentityEvent check(IdentityEvent event) throws InvalidRecordException {
    if (event.eventId() == null
        || event.type() == null
        || event.camera() == null
        || event.track() == null
        || event.name() == null
        || event.firstSeen() == null
        || event.lastSeen() == null
        || event.captureTime() == null) {
      throw new InvalidRecordException("bad-value", "a part that every event has is missing");
    }
    return event;
  }
}
