package org.facestream.recognizer.gallery.contract;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicIdentity;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.recognizer.identity.GalleryVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the gallery topic is read, and what is said when it cannot be. */
public final class GalleryReader {
  private static final Logger log = LoggerFactory.getLogger(GalleryReader.class);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private GalleryReader() {}

  /**
   * The offset that the next record of each partition will have.
   *
   * @throws UserError when the broker does not answer
   */
  public static Map<Integer, Long> ends(KafkaClients clients) {
    try (TopicLog reader = new TopicLog(clients, GalleryTopic.TOPIC)) {
      Map<Integer, Long> ends = new HashMap<>();
      reader.ends().forEach((partition, end) -> ends.put(partition.partition(), end));
      return ends;
    } catch (KafkaException failed) {
      throw unreadable(failed);
    }
  }

  /**
   * The gallery's version at these offsets.
   *
   * @throws UserError when the broker does not answer
   */
  public static GalleryVersion version(KafkaClients clients, Map<Integer, Long> ends) {
    try (TopicIdentity identity = new TopicIdentity(clients, GalleryTopic.TOPIC)) {
      return GalleryVersion.of(identity.get(PATIENCE), ends);
    } catch (KafkaException failed) {
      throw unreadable(failed);
    }
  }

  public static UserError unreadable(KafkaException failed) {
    return new UserError(
        "The gallery cannot be read from Kafka (%s). Start Kafka, or set kafka.bootstrap-servers."
            .formatted(failed.getMessage()),
        failed);
  }

  /** Stands at the beginning of the gallery; the caller closes it. */
  public static TopicLog open(KafkaClients clients) {
    return open(clients, GalleryTopic.TOPIC);
  }

  /** The same of a topic of the gallery's form. */
  public static TopicLog open(KafkaClients clients, Topic of) {
    try {
      return new TopicLog(clients, of);
    } catch (KafkaException failed) {
      throw unreadable(failed);
    }
  }

  /** What an entry is replaced by; empty when it is erased, or by what cannot be used. */
  public static Optional<Reference> reference(ConsumerRecord<String, byte[]> record) {
    try {
      return GalleryTopic.read(record.key(), record.value());
    } catch (InvalidRecordException invalid) {
      log.warn(
          "gallery: record {}@{} cannot be used: {}",
          record.partition(),
          record.offset(),
          invalid.reason());
      return Optional.empty();
    }
  }
}
