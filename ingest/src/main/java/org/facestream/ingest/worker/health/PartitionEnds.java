package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.KafkaClients;

/**
 * Asks the broker for the beginnings and ends of partitions; no request takes longer than a few
 * seconds.
 */
final class PartitionEnds implements AutoCloseable {
  private static final int PATIENCE = 4_000;

  /** Timeout of a request. */
  private static final int LONGEST = PATIENCE + 2_000;

  private final Admin admin;

  PartitionEnds(KafkaClients clients) {
    admin = clients.admin();
  }

  /**
   * The ends of all partitions whose leader answers.
   *
   * @throws TimeoutException when no broker answers
   */
  Map<TopicPartition, Progress.End> ends(Collection<TopicPartition> partitions)
      throws InterruptedException, TimeoutException {
    Map<TopicPartition, Long> last =
        offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, Long> readable =
        offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Progress.End> ends = new HashMap<>();
    last.forEach(
        (partition, end) -> {
          if (readable.containsKey(partition)) {
            ends.put(partition, new Progress.End(end, readable.get(partition)));
          }
        });
    return ends;
  }

  /**
   * Where a reader without a position will begin: at the group's offset, even if an open
   * transaction will replace it, or otherwise at the partition's beginning.
   *
   * @param group full name
   */
  Map<TopicPartition, Long> begins(Collection<TopicPartition> partitions, Optional<String> group)
      throws InterruptedException, TimeoutException {
    Map<TopicPartition, Long> begins =
        offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    if (group.isPresent()) {
      committed(group.get())
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  begins.computeIfPresent(
                      partition, (same, first) -> Math.max(first, offset.offset()));
                }
              });
    }
    return begins;
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group)
      throws InterruptedException, TimeoutException {
    try {
      return admin
          .listConsumerGroupOffsets(
              group, new ListConsumerGroupOffsetsOptions().timeoutMs(PATIENCE))
          .partitionsToOffsetAndMetadata()
          .get(LONGEST, TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      return Map.of();
    }
  }

  private Map<TopicPartition, Long> offsets(
      Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation)
      throws InterruptedException, TimeoutException {
    ListOffsetsResult asked =
        admin.listOffsets(
            partitions.stream().collect(Collectors.toMap(Function.identity(), any -> spec)),
            new ListOffsetsOptions(isolation).timeoutMs(PATIENCE));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      KafkaFuture<ListOffsetsResult.ListOffsetsResultInfo> answer =
          asked.partitionResult(partition);
      try {
        offsets.put(partition, answer.get(LONGEST, TimeUnit.MILLISECONDS).offset());
      } catch (ExecutionException unknown) {
        // Its leader is unavailable, or the topic was deleted: the others are still known.
      }
    }
    if (offsets.isEmpty()) {
      throw new TimeoutException("no leader of " + partitions + " answers");
    }
    return offsets;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
