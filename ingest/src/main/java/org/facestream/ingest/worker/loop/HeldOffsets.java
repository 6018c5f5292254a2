package org.facestream.ingest.worker.loop;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Which offsets may be committed while a processor holds records back: in each partition at most
 * that of the first record that is held back. Only for the loop's thread.
 */
final class HeldOffsets {
  /** After the last processed record of each partition. */
  private final Map<TopicPartition, OffsetAndMetadata> processed = new HashMap<>();

  private final Map<TopicPartition, Long> committed = new HashMap<>();

  /**
   * Offsets to commit; those that are committed already are left out.
   *
   * @param next offsets after records that are being processed
   * @param held the first record of each partition that is held back
   */
  Map<TopicPartition, OffsetAndMetadata> committable(
      Map<TopicPartition, OffsetAndMetadata> next, Map<TopicPartition, Long> held) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(processed);
    offsets.putAll(next);
    held.forEach(
        (partition, first) ->
            offsets.computeIfPresent(
                partition,
                (same, after) -> first < after.offset() ? new OffsetAndMetadata(first) : after));
    offsets.entrySet().removeIf(each -> isCommitted(each.getKey(), each.getValue().offset()));
    return offsets;
  }

  private boolean isCommitted(TopicPartition partition, long offset) {
    Long last = committed.get(partition);
    return last != null && last == offset;
  }

  /**
   * Results are durable.
   *
   * @param next offsets after the records that were processed
   * @param offsets those that were committed
   */
  void delivered(
      Map<TopicPartition, OffsetAndMetadata> next, Map<TopicPartition, OffsetAndMetadata> offsets) {
    processed.putAll(next);
    offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
  }

  /** These partitions are another worker's, or will be read from their committed offsets. */
  void forget(Collection<TopicPartition> partitions) {
    processed.keySet().removeAll(partitions);
    committed.keySet().removeAll(partitions);
  }
}
