package org.facestream.ingest.worker.kafka;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small topic, read to its end when this is opened and followed from there on, whenever somebody
 * asks: every worker knows all of it, whichever partitions of whatever topic it has. One thread at
 * a time uses it.
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
   * @param into takes its records, in the order of each partition
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

  /** Takes in what has changed; never waits, and leaves it for later where it cannot. */
  public void refresh() {
    try {
      reader.poll(Duration.ZERO, into);
      unreachable = false;
    } catch (KafkaException failed) {
      if (!unreachable) {
        log.warn("what is new in {} is not seen for now: {}", topic, failed.toString());
      }
      unreachable = true;
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
