package org.facestream.ingest.worker.loop;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.health.Membership;
import org.facestream.ingest.worker.health.Positions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consume loop's membership in its consumer group: a consumer that can be reopened, with its
 * meters. Only for the loop's thread.
 */
final class GroupMember implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GroupMember.class);

  /** Long enough for a fetch request. */
  private static final Duration MORE = Duration.ofMillis(5);

  private static final long STALE_NANOS = Duration.ofMillis(50).toNanos();

  private final LoopSettings settings;
  private final Telemetry telemetry;
  private final Supplier<Consumer<String, byte[]>> consumers;
  private final BatchProcessor processor;
  private final Positions positions;

  private final Gathering gathering = new Gathering();
  private final HeldOffsets offsets = new HeldOffsets();

  private @Nullable Consumer<String, byte[]> consumer;
  private @Nullable AutoCloseable metrics;
  private long polledAt = System.nanoTime();

  /** Nothing is read now, because the processor is full. */
  private boolean waits;

  /**
   * @param processor notified of assigned and revoked partitions and of waiting records
   * @param positions updated with this member's positions
   */
  GroupMember(
      LoopSettings settings,
      Telemetry telemetry,
      Supplier<Consumer<String, byte[]>> consumers,
      BatchProcessor processor,
      Positions positions) {
    this.settings = settings;
    this.telemetry = telemetry;
    this.consumers = consumers;
    this.processor = processor;
    this.positions = positions;
  }

  /** Joins the group; has no effect for a member. */
  void open() {
    if (consumer != null) {
      return;
    }
    Consumer<String, byte[]> opened = consumers.get();
    consumer = opened;
    metrics = telemetry.bind(opened, settings.stage());
    opened.subscribe(
        settings.topics(),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            log.info("{}: assigned {}", settings.stage(), partitions);
            positions.assigned(partitions);
            processor.assigned(partitions);
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            log.info("{}: revoked {}", settings.stage(), partitions);
            positions.revoked(partitions);
            gathering.forget(partitions);
            offsets.forget(partitions);
            processor.revoked(partitions);
          }

          @Override
          public void onPartitionsLost(Collection<TopicPartition> partitions) {
            onPartitionsRevoked(partitions);
          }
        });
  }

  boolean isOpen() {
    return consumer != null;
  }

  private Consumer<String, byte[]> joined() {
    return Objects.requireNonNull(consumer, "open() comes first");
  }

  ConsumerRecords<String, byte[]> poll(Duration longest) {
    boolean stale = System.nanoTime() - polledAt > STALE_NANOS;
    List<TopicPartition> full =
        joined().assignment().stream().filter(each -> processor.full(each.topic())).toList();
    if (waits) {
      joined().resume(joined().assignment());
    }
    joined().pause(full);
    waits = !full.isEmpty();
    ConsumerRecords<String, byte[]> polled = joined().poll(longest);
    if (stale && settings.gather() > 0 && !polled.isEmpty()) {
      polled = gather(polled);
    }
    polledAt = System.nanoTime();
    if (!polled.isEmpty()) {
      long waiting = 0;
      for (TopicPartition partition : joined().assignment()) {
        waiting += joined().currentLag(partition).orElse(0);
      }
      processor.waiting(waiting);
    }
    return polled;
  }

  /**
   * The records of a poll after a long turn were fetched when the turn began; newer ones are still
   * at the broker.
   */
  private ConsumerRecords<String, byte[]> gather(ConsumerRecords<String, byte[]> first) {
    gathering.begin();
    gathering.add(first);
    try {
      while (gathering.bytes() < settings.gather()) {
        ConsumerRecords<String, byte[]> more = joined().poll(MORE);
        if (more.isEmpty()) {
          break;
        }
        gathering.add(more);
      }
    } catch (KafkaException failed) {
      // The records read so far must not be lost; the failure occurs again with the next poll.
      log.debug("{}: no further records could be read", settings.stage(), failed);
    }
    return gathering.end();
  }

  void commit(Map<TopicPartition, OffsetAndMetadata> committed) {
    joined().commitSync(committed);
  }

  /**
   * What may be committed now, beyond what is.
   *
   * @param next offsets after records that are being processed
   */
  Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> next) {
    return offsets.committable(next, processor.held());
  }

  /**
   * Results are durable.
   *
   * @param next offsets after the records that were processed
   * @param committed offsets that were committed
   */
  void delivered(
      Map<TopicPartition, OffsetAndMetadata> next,
      Map<TopicPartition, OffsetAndMetadata> committed) {
    offsets.delivered(next, committed);
  }

  /** For committing within a producer's transaction. */
  ConsumerGroupMetadata metadata() {
    return joined().groupMetadata();
  }

  /** Whether a partition is assigned to this member and has unread records. */
  boolean isBehind(TopicPartition partition) {
    return joined().assignment().contains(partition)
        && joined().currentLag(partition).orElse(1) > 0;
  }

  /** The polled records are processed. */
  void progressed() {
    positions.note(joined());
  }

  Stage.Health health() {
    return Membership.health(joined()).and(positions.health());
  }

  /**
   * Seeks to the committed offsets: usually the turn's first records. If a commit succeeded but its
   * answer was lost, they are further, and its records must not be published again.
   *
   * @param first offset of the first record of each partition in the turn
   */
  void rewind(Map<TopicPartition, Long> first) {
    if (first.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committed = joined().committed(first.keySet());
    first.forEach(
        (partition, offset) -> {
          if (joined().assignment().contains(partition)) {
            OffsetAndMetadata stands = committed.get(partition);
            joined().seek(partition, stands == null ? offset : Math.max(offset, stands.offset()));
          }
        });
  }

  /** Pauses without leaving the group. */
  void rest(Duration time) {
    joined().pause(joined().assignment());
    ConsumerRecords<String, byte[]> whileWaiting = joined().poll(time);
    for (TopicPartition partition : whileWaiting.partitions()) {
      joined().seek(partition, whileWaiting.records(partition).get(0).offset());
    }
    joined().resume(joined().assignment());
  }

  /** Leaves the group; {@link #open} joins it again. */
  @Override
  public void close() {
    positions.clear();
    waits = false;
    closeClient(metrics, consumer);
    metrics = null;
    consumer = null;
  }

  /**
   * Closes a client's meters, then the client. A failure to close is ignored, because the client is
   * replaced or the process ends.
   *
   * @param metrics may be null
   * @param client may be null
   */
  static void closeClient(@Nullable AutoCloseable metrics, @Nullable AutoCloseable client) {
    try (Closing closing = new Closing()) {
      if (client != null) {
        closing.add(client);
      }
      if (metrics != null) {
        closing.add(metrics);
      }
    } catch (RuntimeException failed) {
      log.warn("a Kafka client did not close cleanly", failed);
    }
  }
}
