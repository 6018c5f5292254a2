package org.facestream.detector;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.camera.CameraTopic;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cameras topic, read to its end when this is opened and followed from there on, whenever
 * somebody asks: every worker knows every camera, whichever partitions it has. One thread at a time
 * uses it.
 */
final class CameraFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraFeed.class);

  private final TopicReader reader;
  private final Consumer<ConsumerRecord<String, byte[]>> into;
  private boolean unreachable;

  /**
   * Reads the topic to its end.
   *
   * @param into takes its records, in the order of each camera
   * @throws KafkaException when the broker does not answer
   */
  CameraFeed(KafkaClients clients, Consumer<ConsumerRecord<String, byte[]>> into) {
    this.into = into;
    this.reader = new TopicReader(clients, CameraTopic.TOPIC);
    try {
      reader.readToEnd(into);
    } catch (RuntimeException failed) {
      reader.close();
      throw failed;
    }
  }

  /** Takes in what has changed; never waits, and leaves it for later where it cannot. */
  void refresh() {
    try {
      reader.poll(Duration.ZERO, into);
      unreachable = false;
    } catch (KafkaException failed) {
      if (!unreachable) {
        log.warn("changes of cameras are not seen for now: {}", failed.toString());
      }
      unreachable = true;
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
