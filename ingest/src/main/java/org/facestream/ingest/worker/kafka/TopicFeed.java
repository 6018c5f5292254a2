package org.facestream.ingest.worker.kafka;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small topic that is read to its end when this is opened, and followed from there on request.
 * Every worker reads all of it, independent of its assigned partitions. One thread at a time uses
 * it.
 */
public final class TopicFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicFeed.class);

  private final String topic;
  private final TopicReader reader;
  private final Consumer<ConsumerRecord<String, byte[]>> into;
  private boolean unreachable;

  /**
   * Reads the topic to its end.
   *
   * @param into receives its records, in the order of each partition
   * @throws KafkaException when the broker does not answer
   */
  public TopicFeed(
      KafkaClients clients, Topic topic, Consumer<ConsumerRecord<String, byte[]>> into) {
    this.topic = clients.name(topic);
    this.into = into;
    this.reader = new TopicReader(clients, topic);
    try {
      reader.readToEnd(into);
    } catch (RuntimeException failed) {
      reader.close();
      throw failed;
    }
  }

  /** Reads new records; never waits, and reads them later if the broker does not answer. */
  public void refresh() {
    try {
      reader.poll(Duration.ZERO, into);
      unreachable = false;
    } catch (KafkaException failed) {
      if (!unreachable) {
        log.warn("cannot read new records of {} now: {}", topic, failed.toString());
      }
      unreachable = true;
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
