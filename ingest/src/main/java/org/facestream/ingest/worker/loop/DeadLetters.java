package org.facestream.ingest.worker.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects, during one turn of a {@link ConsumeLoop}, the records that cannot be processed. They go
 * to the dead-letter topic as they were, in the same transaction as the turn's results, with
 * headers {@code reason}, {@code stage} and {@code origin} (topic-partition@offset). A record whose
 * output Kafka refuses goes there too, with the headers {@code size} and {@code output-topic} of
 * that output; without its content if Kafka refuses it with content.
 */
public final class DeadLetters {
  private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

  private final String stage;
  private final String topic;
  private final Telemetry telemetry;
  private final List<Rejected> rejected = new ArrayList<>();

  /** Dead letters that were drained and are not committed. */
  private final List<Runnable> counts = new ArrayList<>();

  private record Rejected(
      ConsumerRecord<String, byte[]> record, String reason, @Nullable String detail) {}

  /**
   * @param topic full name of the dead-letter topic
   */
  public DeadLetters(String stage, String topic, Telemetry telemetry) {
    this.stage = stage;
    this.topic = topic;
    this.telemetry = telemetry;
  }

  /**
   * Rejects a record. It is logged when it is {@linkplain #drain published}, and counted when that
   * is durable.
   *
   * @param reason one of a small fixed set of words, because it is a label of a metric
   * @param detail for the log; no secrets, no personal data
   */
  public void reject(
      ConsumerRecord<String, byte[]> record, String reason, @Nullable String detail) {
    rejected.add(new Rejected(record, reason, detail));
  }

  /** Number of records rejected since the last {@link #drain}. */
  int size() {
    return rejected.size();
  }

  /** Takes back rejections beyond the given number. */
  void takeBack(int size) {
    rejected.subList(size, rejected.size()).clear();
  }

  /** Rejections since the last call, as records to publish. */
  public List<ProducerRecord<String, byte[]>> drain() {
    List<ProducerRecord<String, byte[]>> drained = rejected.stream().map(this::letter).toList();
    rejected.clear();
    return drained;
  }

  /** Drained rejections are durable and are counted. */
  void committed() {
    counts.forEach(Runnable::run);
    counts.clear();
  }

  /** Rejections are void; their records will be delivered again. */
  void aborted() {
    rejected.clear();
    counts.clear();
  }

  boolean isOne(ProducerRecord<String, byte[]> record) {
    return record.topic().equals(topic);
  }

  /** The dead letter of a record whose output Kafka refuses. */
  ProducerRecord<String, byte[]> instead(
      ProducerRecord<String, byte[]> refused, ConsumerRecord<String, byte[]> of, Refusal why) {
    String reason = "output-" + why.label();
    log.warn(
        "{}: {} goes to {}: Kafka refuses its output of {} bytes for {} ({})",
        stage,
        origin(of),
        topic,
        size(refused),
        refused.topic(),
        why.label());
    count(of, reason);
    RecordHeaders headers = headers(new RecordHeaders(of.headers().toArray()), of, reason);
    headers.add("size", String.valueOf(size(refused)).getBytes(UTF_8));
    headers.add("output-topic", refused.topic().getBytes(UTF_8));
    return new ProducerRecord<>(
        topic, null, Math.max(0, of.timestamp()), of.key(), of.value(), headers);
  }

  /** The same dead letter without content. */
  ProducerRecord<String, byte[]> withoutContent(
      ProducerRecord<String, byte[]> letter, ConsumerRecord<String, byte[]> of, Refusal why) {
    log.warn(
        "{}: {} goes to {} without its content, which Kafka refuses ({})",
        stage,
        origin(of),
        topic,
        why.label());
    RecordHeaders headers = new RecordHeaders();
    for (String name : List.of("reason", "stage", "origin", "size", "output-topic")) {
      Header header = letter.headers().lastHeader(name);
      if (header != null) {
        headers.add(header);
      }
    }
    if (headers.lastHeader("size") == null) {
      headers.add("size", String.valueOf(size(letter)).getBytes(UTF_8));
    }
    // The time or the key may be the reason for the refusal.
    return new ProducerRecord<>(topic, null, null, camera(of), null, headers);
  }

  /** Kafka refused even the dead letter without content; that must not block a camera. */
  void lost(ConsumerRecord<String, byte[]> record, Refusal why) {
    log.error(
        "{}: {} is lost: {} refuses its dead letter ({}). Check the topic's settings: "
            + "`facestream doctor --services`.",
        stage,
        origin(record),
        topic,
        why.label());
    count(record, "dead-letter-refused");
  }

  private ProducerRecord<String, byte[]> letter(Rejected letter) {
    ConsumerRecord<String, byte[]> record = letter.record();
    log.warn(
        "{}: {} goes to {}: {} ({})",
        stage,
        origin(record),
        topic,
        letter.reason(),
        letter.detail());
    count(record, letter.reason());
    return new ProducerRecord<>(
        topic,
        null,
        Math.max(0, record.timestamp()),
        record.key(),
        record.value(),
        headers(new RecordHeaders(record.headers().toArray()), record, letter.reason()));
  }

  private RecordHeaders headers(
      RecordHeaders headers, ConsumerRecord<String, byte[]> record, String reason) {
    headers.add("reason", reason.getBytes(UTF_8));
    headers.add("stage", stage.getBytes(UTF_8));
    headers.add("origin", origin(record).getBytes(UTF_8));
    return headers;
  }

  private void count(ConsumerRecord<String, byte[]> record, String reason) {
    counts.add(() -> telemetry.dropped(stage, camera(record), reason).increment());
  }

  /** Keys come from outside; only well-formed ones become labels. */
  private static String camera(ConsumerRecord<String, byte[]> record) {
    return record.key() == null || record.key().length() > 64 ? "unknown" : record.key();
  }

  private static String origin(ConsumerRecord<String, byte[]> record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }

  private static long size(ProducerRecord<String, byte[]> record) {
    long size = record.value() == null ? 0 : record.value().length;
    for (Header header : record.headers()) {
      size += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return size;
  }
}
