package org.facestream.ingest.worker.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads single records of a topic by their positions. One thread at a time uses it. Throws a {@link
 * org.apache.kafka.common.KafkaException} when the broker does not answer.
 */
public final class RecordLookup implements AutoCloseable {
  private final String topic;
  private final TopicLog log;

  public RecordLookup(KafkaClients clients, Topic topic) {
    this.topic = clients.name(topic);
    // A broker returns at least one batch; without this limit it returns megabytes.
    this.log =
        new TopicLog(
            clients,
            List.of(this.topic),
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
    log.only(List.of(partition));
    log.seek(Map.of(partition, offset));
    List<ConsumerRecord<String, byte[]>> found = new ArrayList<>(1);
    log.readTo(log.ends(), found::add, () -> !found.isEmpty());
    return found.stream().findFirst();
  }

  @Override
  public void close() {
    log.close();
  }
}
