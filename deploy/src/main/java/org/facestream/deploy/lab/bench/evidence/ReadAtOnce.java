package org.facestream.deploy.lab.bench.evidence;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * Commits for a group that it has read everything: what a recognizer would publish is published by
 * the bench itself, and the sink watches how far recognizers are.
 */
final class ReadAtOnce implements AutoCloseable {
  private static final long PAUSE_MILLIS = 500;

  private final Thread thread;

  /** Begins at once. */
  ReadAtOnce(KafkaClients clients, String group, Topic topic) {
    thread =
        new Thread(
            () -> {
              try (Consumer<String, byte[]> consumer = clients.consumer(group, 1, Map.of())) {
                commit(consumer, clients.name(topic));
              } catch (InterruptException | InterruptedException ends) {
                Thread.currentThread().interrupt();
              }
            },
            "bench-read-" + group);
    thread.start();
  }

  private static void commit(Consumer<String, byte[]> consumer, String topic)
      throws InterruptedException {
    List<TopicPartition> all =
        consumer.partitionsFor(topic).stream()
            .map(each -> new TopicPartition(topic, each.partition()))
            .toList();
    consumer.assign(all);
    while (true) {
      consumer.commitSync(
          consumer.endOffsets(all).entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey, end -> new OffsetAndMetadata(end.getValue()))));
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
