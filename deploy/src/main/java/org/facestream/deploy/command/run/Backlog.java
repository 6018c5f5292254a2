package org.facestream.deploy.command.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;

/**
 * Checks whether a consumer group has processed a whole topic. Offsets alone are not sufficient,
 * because transaction markers have offsets that are never committed.
 */
final class Backlog implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KafkaClients clients;
  private final Admin admin;

  Backlog(KafkaClients clients) {
    this.clients = clients;
    this.admin = clients.admin();
  }

  /**
   * Whether every record that can be read now was read, and its effect is durable.
   *
   * @param group name of the group without the prefix
   * @throws KafkaException when the broker does not answer
   */
  boolean isEmpty(Topic topic, String group) {
    AtomicBoolean more = new AtomicBoolean();
    try (TopicLog log = new TopicLog(clients, topic)) {
      log.seek(committed(group));
      return log.readTo(log.ends(), record -> more.set(true), more::get);
    }
  }

  private Map<TopicPartition, Long> committed(String group) {
    try {
      Map<TopicPartition, Long> offsets = new HashMap<>();
      admin
          .listConsumerGroupOffsets(clients.config().topicPrefix() + "." + group)
          .partitionsToOffsetAndMetadata()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  offsets.put(partition, offset.offset());
                }
              });
      return offsets;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while asking for offsets", interrupted);
    } catch (ExecutionException | TimeoutException failed) {
      throw new KafkaException("how far " + group + " has read is not known", failed);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
