package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;

/** How far other consumer groups have read. For one thread. */
public final class GroupReading implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 6_000;

  /**
   * A group's offset is after the last record that it read, and the end of a transaction, which is
   * no record, takes an offset too.
   */
  private static final int TRANSACTION_END = 1;

  private final KafkaClients clients;
  private final Admin admin;
  private final PartitionEnds partitions;

  public GroupReading(KafkaClients clients) {
    this.clients = clients;
    this.admin = clients.admin();
    this.partitions = new PartitionEnds(clients);
  }

  /**
   * The ends of a topic's partitions now.
   *
   * @throws TimeoutException when the broker does not answer
   * @throws KafkaException when the broker does not know the topic
   */
  public Map<TopicPartition, Long> ends(Topic topic) throws InterruptedException, TimeoutException {
    String name = clients.name(topic);
    TopicDescription described;
    try {
      described =
          Objects.requireNonNull(
                  admin.describeTopics(List.of(name)).topicNameValues().get(name), "asked for")
              .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new KafkaException(failed.getCause());
    }
    List<TopicPartition> all =
        described.partitions().stream()
            .map(partition -> new TopicPartition(name, partition.partition()))
            .toList();
    Map<TopicPartition, Progress.End> ends = partitions.ends(all);
    if (ends.size() < all.size()) {
      throw new TimeoutException("no leader of some partitions of " + name + " answers");
    }
    Map<TopicPartition, Long> last = new HashMap<>();
    ends.forEach((partition, end) -> last.put(partition, end.last()));
    return last;
  }

  /**
   * Whether a group has read all records before some offsets, as far as they are still there.
   *
   * @param group its name without the prefix
   * @throws TimeoutException when the broker does not answer
   */
  public boolean hasRead(String group, Map<TopicPartition, Long> ends)
      throws InterruptedException, TimeoutException {
    Map<TopicPartition, Long> positions =
        partitions.begins(ends.keySet(), Optional.of(clients.config().topicPrefix() + "." + group));
    return ends.entrySet().stream()
        .allMatch(
            end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue() - TRANSACTION_END);
  }

  @Override
  public void close() {
    partitions.close();
    admin.close(Duration.ofSeconds(1));
  }
}
