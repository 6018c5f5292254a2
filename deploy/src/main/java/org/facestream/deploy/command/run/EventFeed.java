package org.facestream.deploy.command.run;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on every new identity event, as any reader of the topic would see it. */
public final class EventFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventFeed.class);

  private final Consumer<Event> listener;
  private final TopicLog topic;

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
    this.topic = TopicLog.fromEnd(clients, IdentityTopic.TOPIC);
    topic.follow("event-feed", this::handOn);
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
    topic.close();
  }
}
