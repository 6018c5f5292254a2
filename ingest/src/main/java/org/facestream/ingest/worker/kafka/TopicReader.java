package org.facestream.ingest.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads a whole topic, all partitions from their beginnings, outside of any consumer group: first
 * the records that are committed now, then later ones. One thread at a time uses it.
 *
 * <p>Every method throws a {@link org.apache.kafka.common.KafkaException} when the broker does not
 * answer.
 */
public final class TopicReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(200);

  private final String topic;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private List<TopicPartition> partitions;

  /** Starts at the beginning. The topic must exist. */
  public TopicReader(KafkaClients clients, Topic topic) {
    this.topic = clients.name(topic);
    this.consumer = clients.reader();
    try {
      partitions =
          consumer.partitionsFor(this.topic, PATIENCE).stream()
              .map(partition -> new TopicPartition(this.topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    } catch (RuntimeException failed) {
      consumer.close();
      throw failed;
    }
  }

  /**
   * Continues from the first record of each partition that is not older than an instant.
   *
   * @param from by the records' timestamps; a partition without such a record is not read
   */
  public void seek(Instant from) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, from.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, PATIENCE);
    Map<TopicPartition, Long> ends = ends();
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp first = found.get(partition);
      consumer.seek(partition, first == null ? ends.get(partition) : first.offset());
    }
  }

  /**
   * Reads from now on only the partition with the records of a key, by the default of Kafka's
   * producer.
   */
  public void onlyPartitionOf(String key) {
    // Kafka's clients have no public class for this rule, and the partition of a key cannot be
    // looked up without writing a record. Reading all partitions instead would multiply the bytes,
    // of a topic with gigabytes of pictures. The test BrokerContract fails if the two rules differ.
    int number = BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), partitions.size());
    partitions = partitions.stream().filter(partition -> partition.partition() == number).toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** The offset that the next record of each partition will have. */
  public Map<TopicPartition, Long> ends() {
    return consumer.endOffsets(partitions, PATIENCE);
  }

  /** Continues from the end: only later records are read. */
  public void skip() {
    consumer.seekToEnd(partitions);
    // The seek is lazy; asking for the position executes it.
    partitions.forEach(partition -> consumer.position(partition, PATIENCE));
  }

  /**
   * Reads to the current end.
   *
   * @param into receives the records, in the order of each partition
   * @throws TimeoutException when nothing is received for 20 s
   */
  public void readToEnd(Consumer<ConsumerRecord<String, byte[]>> into) {
    Map<TopicPartition, Long> ends = ends();
    long progress = System.nanoTime();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
      ConsumerRecords<String, byte[]> polled = consumer.poll(POLL);
      polled.forEach(into);
      if (!polled.isEmpty()) {
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
        throw new TimeoutException("the end of " + topic + " does not come nearer");
      }
    }
  }

  /**
   * Reads new records.
   *
   * @param longest to wait for them
   */
  public void poll(Duration longest, Consumer<ConsumerRecord<String, byte[]>> into) {
    consumer.poll(longest).forEach(into);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
