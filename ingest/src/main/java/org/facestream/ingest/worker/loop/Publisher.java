package org.facestream.ingest.worker.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * A consume loop's transactions: a producer that can be reopened, with its meters. Only for the
 * loop's thread.
 */
final class Publisher implements AutoCloseable {
  private final String stage;
  private final Telemetry telemetry;
  private final Supplier<Producer<String, byte[]>> producers;

  private @Nullable Producer<String, byte[]> producer;
  private @Nullable AutoCloseable metrics;

  /** A failed transaction was aborted by {@link #publish} itself. */
  private boolean voided;

  /**
   * @param producers creates transactional producers, not yet initialised
   */
  Publisher(String stage, Telemetry telemetry, Supplier<Producer<String, byte[]>> producers) {
    this.stage = stage;
    this.telemetry = telemetry;
    this.producers = producers;
  }

  /** Fences the former owner of the transactional id; has no effect when it is open. */
  void open() {
    if (producer != null) {
      return;
    }
    Producer<String, byte[]> created = producers.get();
    producer = created;
    metrics = telemetry.bind(created, stage);
    created.initTransactions();
  }

  private Producer<String, byte[]> opened() {
    open();
    return Objects.requireNonNull(producer, "it was opened");
  }

  /**
   * Publishes records and commits offsets, both or neither.
   *
   * @throws RefusedException when Kafka refuses some of the records; the transaction is void
   */
  void publish(
      List<ProducerRecord<String, byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    voided = false;
    // The former producer may have been closed with the failed transaction.
    Producer<String, byte[]> opened = opened();
    opened.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    try {
      for (ProducerRecord<String, byte[]> record : records) {
        sent.add(opened.send(record));
      }
      opened.sendOffsetsToTransaction(offsets, group);
      opened.commitTransaction();
    } catch (KafkaException failed) {
      // Aborting waits for pending sends, so the outcome of each is known afterwards.
      end();
      Map<Integer, Refusal> refused = refused(records, sent, failed);
      voided = true;
      throw refused.isEmpty() ? failed : new RefusedException(refused, failed);
    }
  }

  private Map<Integer, Refusal> refused(
      List<ProducerRecord<String, byte[]>> records,
      List<Future<RecordMetadata>> sent,
      KafkaException failed) {
    Map<Integer, Refusal> suspects = new HashMap<>();
    for (int i = 0; i < sent.size(); i++) {
      int index = i;
      Refusal.of(failure(sent.get(i))).ifPresent(why -> suspects.put(index, why));
    }
    if (sent.size() < records.size()) {
      Refusal.of(failed).ifPresent(why -> suspects.put(sent.size(), why));
    }
    if (suspects.size() < 2) {
      return suspects;
    }
    // Records that were not sent yet fail with the reason of the refused one.
    Map<Integer, Refusal> refused = new HashMap<>();
    for (int index : suspects.keySet()) {
      alone(records.get(index)).ifPresent(why -> refused.put(index, why));
    }
    return refused;
  }

  /** Tries in an aborted transaction whether Kafka refuses a record. */
  private Optional<Refusal> alone(ProducerRecord<String, byte[]> record) {
    Producer<String, byte[]> opened = opened();
    Throwable failure;
    opened.beginTransaction();
    try {
      Future<RecordMetadata> sent = opened.send(record);
      opened.flush();
      failure = failure(sent);
    } catch (KafkaException thrown) {
      failure = thrown;
    }
    end();
    return Refusal.of(failure);
  }

  private static @Nullable Throwable failure(Future<RecordMetadata> sent) {
    if (!sent.isDone()) {
      return null;
    }
    try {
      sent.get();
      return null;
    } catch (ExecutionException failed) {
      return failed.getCause();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Aborts a failed transaction, if one was begun. */
  void abort() {
    if (!voided) {
      end();
    }
    voided = false;
  }

  private void end() {
    if (producer == null) {
      return;
    }
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException fatal) {
      // No transaction was open, or this producer is fenced; a new producer replaces it.
      close();
    }
  }

  @Override
  public void close() {
    GroupMember.closeClient(metrics, producer);
    metrics = null;
    producer = null;
  }
}
