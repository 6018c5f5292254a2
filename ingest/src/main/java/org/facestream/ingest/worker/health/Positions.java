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
 * Where a reader stands: the partitions that it holds, and the offset of the record that it takes
 * next from each. The reader's thread writes; every thread may read, also while the reader's is
 * stuck.
 */
public final class Positions {
  private volatile Map<TopicPartition, OptionalLong> held = Map.of();

  /** The reader has these partitions now, and does not know yet where to begin in them. */
  public void assigned(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OptionalLong> next = new HashMap<>(held);
    partitions.forEach(partition -> next.put(partition, OptionalLong.empty()));
    held = Map.copyOf(next);
  }

  /** The reader does not have these partitions any more. */
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
   * What came before the consumer's positions is done with. Never waits.
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
      // Meant for whom this may not disturb.
      consumer.wakeup();
      return OptionalLong.empty();
    } catch (KafkaException notKnown) {
      // It shows again with the next poll, where somebody does something about it.
      return OptionalLong.empty();
    }
  }

  /** The partitions that the reader holds, each with its position where that is known. */
  public Map<TopicPartition, OptionalLong> held() {
    return held;
  }

  /** Ready where the reader knows where to begin in every partition that it holds. */
  public Stage.Health health() {
    for (Map.Entry<TopicPartition, OptionalLong> each : held.entrySet()) {
      if (each.getValue().isEmpty()) {
        return Stage.Health.notReady("finding out where to begin in " + each.getKey());
      }
    }
    return Stage.Health.READY;
  }
}
