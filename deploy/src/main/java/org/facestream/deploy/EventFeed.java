package org.facestream.deploy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands on every identity event from now on, as any reader of the topic would see it. */
public final class EventFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventFeed.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> reader;
  private final Consumer<Event> listener;
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * An event, read and as it is.
   *
   * @param identity the event
   * @param json the record's value
   */
  public record Event(IdentityEvent identity, byte[] json) {}

  /**
   * Begins at the topic's end: what is published after this returns is seen.
   *
   * @param listener called by the feed's thread
   */
  public EventFeed(KafkaClients clients, Consumer<Event> listener) {
    this.listener = listener;
    Topics.ensure(clients, List.of(IdentityTopic.TOPIC));
    String topic = clients.name(IdentityTopic.TOPIC);
    reader = clients.reader();
    List<TopicPartition> partitions =
        reader.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    reader.assign(partitions);
    reader.seekToEnd(partitions);
    // The seek is lazy; asking for the position does it.
    partitions.forEach(reader::position);
    thread = new Thread(this::run, "event-feed");
    thread.start();
  }

  private void run() {
    while (!stopping) {
      try {
        reader.poll(POLL).forEach(this::handOn);
      } catch (KafkaException failed) {
        if (!stopping) {
          log.warn("the identities topic cannot be read: {}", failed.toString());
        }
      }
    }
  }

  private void handOn(ConsumerRecord<String, byte[]> record) {
    try {
      listener.accept(new Event(IdentityTopic.fromRecord(record), record.value()));
    } catch (InvalidRecordException invalid) {
      log.warn(
          "{}-{}@{}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          invalid.getMessage());
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
