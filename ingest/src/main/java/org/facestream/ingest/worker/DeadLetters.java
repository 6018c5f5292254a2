package org.facestream.ingest.worker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects, during one turn of a {@link ConsumeLoop}, the records that cannot be processed. They go
 * to the dead-letter topic as they were, in the same transaction as the turn's results, with
 * headers {@code reason}, {@code stage} and {@code origin} (topic-partition@offset).
 */
public final class DeadLetters {
  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

  private final String stage;
  private final String topic;
  private final Telemetry telemetry;
  private final List<Rejected> rejected = new ArrayList<>();

  private record Rejected(ConsumerRecord<String, byte[]> record, String reason, String detail) {}

  /**
   * @param topic full name of the dead-letter topic
   */
  public DeadLetters(String stage, String topic, Telemetry telemetry) {
    this.stage = stage;
    this.topic = topic;
    this.telemetry = telemetry;
  }

  /**
   * Rejects a record. It is logged and counted when it is {@linkplain #drain published}.
   *
   * @param reason one of a small fixed set of words, for it becomes a metric's label
   * @param detail for the log; no secrets, no personal data
   */
  public void reject(ConsumerRecord<String, byte[]> record, String reason, String detail) {
    rejected.add(new Rejected(record, reason, detail));
  }

  /** How many were rejected since they were published last. */
  int size() {
    return rejected.size();
  }

  /** Takes back what was rejected when there were so many already: it is void. */
  void takeBack(int size) {
    rejected.subList(size, rejected.size()).clear();
  }

  /** What was rejected since the last call, as records to publish. */
  public List<ProducerRecord<String, byte[]>> drain() {
    List<ProducerRecord<String, byte[]>> drained = rejected.stream().map(this::letter).toList();
    rejected.clear();
    return drained;
  }

  private ProducerRecord<String, byte[]> letter(Rejected letter) {
    ConsumerRecord<String, byte[]> record = letter.record();
    String origin = record.topic() + "-" + record.partition() + "@" + record.offset();
    log.warn("{}: {} goes to {}: {} ({})", stage, origin, topic, letter.reason(), letter.detail());
    // Keys come from outside; only well-formed ones are worth a label of their own.
    String camera = record.key() == null || record.key().length() > 64 ? "unknown" : record.key();
    telemetry.dropped(stage, camera, letter.reason()).increment();
    RecordHeaders headers = new RecordHeaders(record.headers().toArray());
    headers.add("reason", letter.reason().getBytes(StandardCharsets.UTF_8));
    headers.add("stage", stage.getBytes(StandardCharsets.UTF_8));
    headers.add("origin", origin.getBytes(StandardCharsets.UTF_8));
    return new ProducerRecord<>(
        topic, null, Math.max(0, record.timestamp()), record.key(), record.value(), headers);
  }
}
