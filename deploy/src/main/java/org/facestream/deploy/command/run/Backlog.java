package org.facestream.deploy.command.run;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * Checks whether a consumer group has processed a whole topic. Offsets alone are not sufficient,
 * because transaction markers have offsets that are never committed.
 */
final class Backlog implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaClients clients;
  private final Admin admin;
  private final Consumer<String, byte[]> reader;

  Backlog(KafkaClients clients) {
    this.clients = clients;
    this.admin = clients.admin();
    this.reader = clients.reader();
  }

  /**
   * Whether every record that can be read now was read, and its effect is durable.
   *
   * @param group name of the group without the prefix
   * @throws KafkaException when the broker does not answer
   */
  boolean isEmpty(Topic topic, String group) {
    Map<TopicPartition, OffsetAndMetadata> committed = committed(group);
    List<TopicPartition> partitions =
        reader.partitionsFor(clients.name(topic), PATIENCE).stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata offset = committed.get(partition);
      if (offset != null) {
        reader.seek(partition, offset);
      }
    }
    Map<TopicPartition, Long> ends = reader.endOffsets(partitions, PATIENCE);
    while (partitions.stream()
        .anyMatch(partition -> reader.position(partition, PATIENCE) < ends.get(partition))) {
      if (!reader.poll(POLL).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group) {
    try {
      return admin
          .listConsumerGroupOffsets(clients.config().topicPrefix() + "." + group)
          .partitionsToOffsetAndMetadata()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while asking for offsets", interrupted);
    } catch (ExecutionException | TimeoutException failed) {
      throw new KafkaException("how far " + group + " has read is not known", failed);
    }
  }

  @Override
  public void close() {
    try (admin) {
      reader.close();
    }
  }
}
