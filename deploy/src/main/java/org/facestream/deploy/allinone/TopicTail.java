package org.facestream.deploy.allinone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on new committed records of some topics, on its own thread. */
public final class TopicTail implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicTail.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> reader;
  private final Consumer<ConsumerRecords<String, byte[]>> listener;
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * Begins at the topics' ends, and creates those that are missing: what is published after this
   * returns is seen.
   *
   * @param name of the thread
   * @param listener called by the thread with what each poll brought, which may be nothing
   */
  public TopicTail(
      KafkaClients clients,
      List<Topic> topics,
      String name,
      Consumer<ConsumerRecords<String, byte[]>> listener) {
    this.listener = listener;
    Topics.ensure(clients, topics);
    reader = clients.reader();
    List<TopicPartition> partitions = new ArrayList<>();
    for (Topic topic : topics) {
      reader
          .partitionsFor(clients.name(topic))
          .forEach(
              partition ->
                  partitions.add(new TopicPartition(partition.topic(), partition.partition())));
    }
    reader.assign(partitions);
    reader.seekToEnd(partitions);
    // The seek is lazy; asking for the position executes it.
    partitions.forEach(reader::position);
    thread = new Thread(this::run, name);
    thread.start();
  }

  private void run() {
    while (!stopping) {
      try {
        listener.accept(reader.poll(POLL));
      } catch (KafkaException failed) {
        if (!stopping) {
          log.warn("{}: the topics cannot be read: {}", thread.getName(), failed.toString());
        }
      }
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(5_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      reader.close();
    }
  }
}
