package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.facestream.ingest.worker.Stage;

/**
 * The positions of a reader: its partitions, and the offset of the next record of each. The
 * reader's thread writes; any thread may read, even while the reader's thread is stuck.
 */
public final class Positions {
  private volatile Map<TopicPartition, OptionalLong> held = Map.of();

  /** The reader was assigned these partitions, and their positions are not known yet. */
  public void assigned(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OptionalLong> next = new HashMap<>(held);
    partitions.forEach(partition -> next.put(partition, OptionalLong.empty()));
    held = Map.copyOf(next);
  }

  /** The reader lost these partitions. */
  public void revoked(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OptionalLong> next = new HashMap<>(held);
    next.keySet().removeAll(partitions);
    held = Map.copyOf(next);
  }

  /** The reader has left its group. */
  public void clear() {
    held = Map.of();
  }

  /**
   * Records before the consumer's positions are processed. Never waits.
   *
   * @param consumer the reader's, used by this thread
   */
  public void note(Consumer<?, ?> consumer) {
    Map<TopicPartition, OptionalLong> now = new HashMap<>();
    for (TopicPartition partition : consumer.assignment()) {
      now.put(partition, position(consumer, partition));
    }
    held = Map.copyOf(now);
  }

  private static OptionalLong position(Consumer<?, ?> consumer, TopicPartition partition) {
    try {
      return OptionalLong.of(consumer.position(partition, Duration.ZERO));
    } catch (WakeupException early) {
      // Interrupts are for other code.
      consumer.wakeup();
      return OptionalLong.empty();
    } catch (KafkaException notKnown) {
      // The failure occurs again with the next poll, which handles it.
      return OptionalLong.empty();
    }
  }

  /** The reader's partitions, each with its position if known. */
  public Map<TopicPartition, OptionalLong> held() {
    return held;
  }

  /** Ready when the positions of all its partitions are known. */
  public Stage.Health health() {
    for (Map.Entry<TopicPartition, OptionalLong> each : held.entrySet()) {
      if (each.getValue().isEmpty()) {
        return Stage.Health.notReady("looking up the position in " + each.getKey());
      }
    }
    return Stage.Health.READY;
  }
}
