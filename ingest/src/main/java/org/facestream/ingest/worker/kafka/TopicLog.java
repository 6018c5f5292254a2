package org.facestream.ingest.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads whole topics, all partitions from their beginnings, outside of any consumer group: the
 * committed records up to the end, then later ones, when asked or {@linkplain #follow by a thread
 * of its own}. One thread at a time uses it.
 *
 * <p>Every method but {@link #refresh} and {@link #follow} throws a {@link KafkaException} when the
 * broker does not answer.
 */
public final class TopicLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicLog.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(100);

  private final List<String> topics;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private final List<TopicPartition> all;
  private List<TopicPartition> partitions = List.of();
  private boolean unreachable;
  private @Nullable Thread follower;
  private volatile boolean closing;

  /** Starts at the beginning. The topics must exist. */
  public TopicLog(KafkaClients clients, Topic... topics) {
    this(clients, Stream.of(topics).map(clients::name).toList(), Map.of());
  }

  /**
   * Starts at the beginning. The topics must exist.
   *
   * @param topics full names
   * @param overrides further consumer settings
   */
  public TopicLog(KafkaClients clients, List<String> topics, Map<String, Object> overrides) {
    this.topics = topics;
    this.consumer = clients.reader(overrides);
    try {
      all =
          topics.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      only(all);
    } catch (RuntimeException failed) {
      consumer.close();
      throw failed;
    }
  }

  /** Starts at the end: only later records are read. The topics must exist. */
  public static TopicLog fromEnd(KafkaClients clients, Topic... topics) {
    TopicLog log = new TopicLog(clients, topics);
    try {
      log.seek(log.ends());
      return log;
    } catch (RuntimeException failed) {
      log.close();
      throw failed;
    }
  }

  /** Reads from now on only these partitions, from their beginnings. */
  public void only(List<TopicPartition> wanted) {
    partitions = wanted;
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * Reads from now on only the partitions with the records of these keys, by the default of Kafka's
   * producer. There must be one topic.
   */
  public void onlyPartitionsOf(Collection<String> keys) {
    // Kafka's clients have no public class for this rule, and the partition of a key cannot be
    // looked up without writing a record. Reading all partitions instead would multiply the bytes,
    // of a topic with gigabytes of pictures. The test BrokerContract fails if the two rules differ.
    Set<Integer> numbers =
        keys.stream()
            .map(key -> BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), all.size()))
            .collect(Collectors.toSet());
    only(all.stream().filter(partition -> numbers.contains(partition.partition())).toList());
  }

  /** The partitions that are read. */
  public List<TopicPartition> partitions() {
    return partitions;
  }

  /** The offset of the first record that each partition still has. */
  public Map<TopicPartition, Long> beginnings() {
    return consumer.beginningOffsets(partitions);
  }

  /** Continues from these offsets; a partition without one from where it stands. */
  public void seek(Map<TopicPartition, Long> offsets) {
    for (TopicPartition partition : partitions) {
      Long offset = offsets.get(partition);
      if (offset != null) {
        consumer.seek(partition, offset);
      }
    }
  }

  /**
   * Continues from the first record of each partition that is not older than an instant.
   *
   * @param from by the records' timestamps; a partition without such a record is not read
   */
  public void seek(Instant from) {
    Map<TopicPartition, OffsetAndTimestamp> found =
        consumer.offsetsForTimes(
            partitions.stream()
                .collect(Collectors.toMap(partition -> partition, same -> from.toEpochMilli())));
    Map<TopicPartition, Long> starts = new HashMap<>(ends());
    found.forEach(
        (partition, first) ->
            starts.computeIfPresent(
                partition, (same, end) -> first == null ? end : first.offset()));
    seek(starts);
  }

  /** The offset that the next committed record of each partition will have. */
  public Map<TopicPartition, Long> ends() {
    return consumer.endOffsets(partitions);
  }

  /**
   * Reads to the current end.
   *
   * @param into receives the records, in the order of each partition
   * @throws TimeoutException when nothing is received for 20 s
   */
  public void readToEnd(Consumer<ConsumerRecord<String, byte[]>> into) {
    readTo(ends(), into, () -> false);
  }

  /**
   * Reads to these offsets, or until it is enough.
   *
   * @param enough asked before each poll
   * @return whether these offsets were reached before it was enough
   * @throws TimeoutException when nothing is received for 20 s
   */
  public boolean readTo(
      Map<TopicPartition, Long> ends,
      Consumer<ConsumerRecord<String, byte[]>> into,
      BooleanSupplier enough) {
    long progress = System.nanoTime();
    while (!enough.getAsBoolean()) {
      if (ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        return true;
      }
      ConsumerRecords<String, byte[]> polled = consumer.poll(POLL);
      polled.forEach(into);
      if (!polled.isEmpty()) {
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
        throw new TimeoutException("the end of " + topics + " does not come nearer");
      }
    }
    return false;
  }

  /**
   * Reads new records.
   *
   * @param longest to wait for them
   */
  public void poll(Duration longest, Consumer<ConsumerRecord<String, byte[]>> into) {
    consumer.poll(longest).forEach(into);
  }

  /** Reads new records without waiting; while that fails, it is logged once. */
  public void refresh(Consumer<ConsumerRecord<String, byte[]>> into) {
    refresh(Duration.ZERO, into);
  }

  private void refresh(Duration longest, Consumer<ConsumerRecord<String, byte[]>> into) {
    try {
      poll(longest, into);
      unreachable = false;
    } catch (KafkaException failed) {
      if (!unreachable) {
        log.warn("new records of {} are not seen for now: {}", topics, failed.toString());
      }
      unreachable = true;
    }
  }

  /**
   * Reads new records until this is closed, on a thread of its own; no other thread may use this
   * from now on.
   *
   * @param name of the thread
   */
  public void follow(String name, Consumer<ConsumerRecord<String, byte[]>> into) {
    follower =
        new Thread(
            () -> {
              while (!closing) {
                refresh(POLL, into);
                if (unreachable) {
                  LockSupport.parkNanos(POLL.toNanos());
                }
              }
            },
            name);
    follower.start();
  }

  @Override
  public void close() {
    closing = true;
    Thread started = follower;
    if (started != null) {
      try {
        started.join(5_000);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      if (started.isAlive()) {
        return;
      }
    }
    consumer.close();
  }
}
