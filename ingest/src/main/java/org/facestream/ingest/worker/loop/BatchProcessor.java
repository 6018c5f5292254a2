package org.facestream.ingest.worker.loop;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A stage's work: a batch of records in, records out. Called by the loop's thread only. */
public interface BatchProcessor {
  /**
   * Processes a batch. May be called several times before {@link #committed()}.
   *
   * @param batch in order per partition, never empty
   * @param deadLetters receives the records that cannot be processed
   * @return records to publish, in order
   * @throws RetryableException when the same batch should be delivered again later
   */
  List<ProducerRecord<String, byte[]>> process(
      List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters);

  /** Reports the number of records that wait at the broker after the next batch. */
  default void waiting(long records) {}

  /** Results since the last call are durable. */
  default void committed() {}

  /**
   * Results since the last {@link #committed()} are void; their records will be delivered again.
   */
  default void aborted() {}

  /**
   * These partitions now belong to this worker. Called within a poll, so it must be short: slow or
   * failing work, such as reading back state, belongs at the beginning of the next {@link
   * #process}.
   */
  default void assigned(Collection<TopicPartition> partitions) {}

  /** These partitions now belong to another worker: discard their state. */
  default void revoked(Collection<TopicPartition> partitions) {}

  /** The first record of each partition that is processed later than others: see {@link #idle}. */
  default Map<TopicPartition, Long> held() {
    return Map.of();
  }

  /** Whether no more records of a topic may come until it holds back fewer. */
  default boolean full(String topic) {
    return false;
  }

  /**
   * A poll brought no records: works on those that are held back.
   *
   * @param ending whether the loop is about to end
   * @throws RetryableException to try again later
   */
  default void idle(boolean ending) {}
}
