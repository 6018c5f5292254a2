package org.facestream.ingest.worker;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * A consume loop's transactions: a producer that can be opened again after it was closed, with its
 * meters. The loop's thread only.
 */
final class Publisher implements AutoCloseable {
  private final String stage;
  private final Telemetry telemetry;
  private final Supplier<Producer<String, byte[]>> producers;

  private Producer<String, byte[]> producer;
  private AutoCloseable metrics;

  /**
   * @param producers gives transactional ones, not yet initialised
   */
  Publisher(String stage, Telemetry telemetry, Supplier<Producer<String, byte[]>> producers) {
    this.stage = stage;
    this.telemetry = telemetry;
    this.producers = producers;
  }

  /** Fences off who had the transactional id before; does nothing for one that is open. */
  void open() {
    if (producer != null) {
      return;
    }
    producer = producers.get();
    metrics = telemetry.bind(producer, stage);
    producer.initTransactions();
  }

  /** Publishes records and moves the group on: both or neither. */
  void publish(
      List<ProducerRecord<String, byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    producer.beginTransaction();
    records.forEach(producer::send);
    producer.sendOffsetsToTransaction(offsets, group);
    producer.commitTransaction();
  }

  /** Voids a transaction that failed, where one was begun. */
  void abort() {
    if (producer == null) {
      return;
    }
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException fatal) {
      // No transaction was open, or this producer is fenced: a new one starts clean.
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
