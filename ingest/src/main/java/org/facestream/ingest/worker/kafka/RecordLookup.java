package org.facestream.ingest.worker.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads single records of a topic by their positions. One thread at a time uses it. Throws a {@link
 * org.apache.kafka.common.KafkaException} when the broker does not answer.
 */
public final class RecordLookup implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(200);

  private final String topic;
  private final Consumer<String, byte[]> consumer;

  public RecordLookup(KafkaClients clients, Topic topic) {
    this.topic = clients.name(topic);
    // A broker returns at least one batch; without this limit it returns megabytes.
    this.consumer =
        clients.reader(
            Map.of(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                1,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                1,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                1));
  }

  /** The record at a position or, if it was compacted, the next one; empty when there is none. */
  public Optional<ConsumerRecord<String, byte[]>> at(int number, long offset) {
    TopicPartition partition = new TopicPartition(topic, number);
    consumer.assign(List.of(partition));
    long end = consumer.endOffsets(List.of(partition), PATIENCE).get(partition);
    consumer.seek(partition, offset);
    long begun = System.nanoTime();
    while (consumer.position(partition, PATIENCE) < end) {
      ConsumerRecords<String, byte[]> polled = consumer.poll(POLL);
      if (!polled.isEmpty()) {
        return Optional.of(polled.iterator().next());
      }
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        throw new TimeoutException("a record of " + topic + " does not come");
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
