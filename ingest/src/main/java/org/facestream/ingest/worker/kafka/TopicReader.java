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
 * A whole topic, all partitions from their beginnings, outside any consumer group: what is
 * committed now, and then, for who keeps it open, what comes later. One thread at a time uses it.
 *
 * <p>Every method throws a {@link org.apache.kafka.common.KafkaException} where the broker does not
 * answer.
 */
public final class TopicReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(200);

  private final String topic;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private List<TopicPartition> partitions;

  /** Stands at the beginning. The topic must be there. */
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
   * Goes on from the first record of each partition that is not older than an instant.
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
   * Reads from now on only the partition that records of a key are in: where Kafka's producer puts
   * them when it is not told.
   */
  public void onlyPartitionOf(String key) {
    // Kafka's clients have this rule in no public class, and nobody tells where a key is without
    // writing a record. To read all partitions instead would be as many times the bytes, of a topic
    // that holds gigabytes of pictures. BrokerContract, a test, fails when the two do not agree.
    int number = BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), partitions.size());
    partitions = partitions.stream().filter(partition -> partition.partition() == number).toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** The offset that the next record of each partition will have. */
  public Map<TopicPartition, Long> ends() {
    return consumer.endOffsets(partitions, PATIENCE);
  }

  /** Goes on from the end: only what comes later is read. */
  public void skip() {
    consumer.seekToEnd(partitions);
    // The seek is lazy; asking for the position does it.
    partitions.forEach(partition -> consumer.position(partition, PATIENCE));
  }

  /**
   * Reads on to what is the end now.
   *
   * @param into takes the records, in the order of each partition
   * @throws TimeoutException where nothing comes for 20 s
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
   * Takes what has come since.
   *
   * @param longest to wait for it
   */
  public void poll(Duration longest, Consumer<ConsumerRecord<String, byte[]>> into) {
    consumer.poll(longest).forEach(into);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
