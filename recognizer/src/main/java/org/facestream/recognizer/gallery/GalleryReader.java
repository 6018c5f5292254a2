package org.facestream.recognizer.gallery;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the gallery topic to its present end, as a table. */
final class GalleryReader {
  private static final Logger log = LoggerFactory.getLogger(GalleryReader.class);
  private static final Duration STUCK = Duration.ofSeconds(30);

  private GalleryReader() {}

  /**
   * The offset that the next record of each partition will have.
   *
   * @throws UserError when the broker does not answer
   */
  static Map<Integer, Long> ends(KafkaClients clients) {
    try (Consumer<String, byte[]> consumer = clients.reader()) {
      Map<Integer, Long> ends = new HashMap<>();
      consumer
          .endOffsets(partitions(consumer, clients.name(GalleryTopic.TOPIC)))
          .forEach((partition, end) -> ends.put(partition.partition(), end));
      return ends;
    } catch (KafkaException failed) {
      throw unreadable(failed);
    }
  }

  /**
   * Every reference that can be used, by face id; of whatever model.
   *
   * @throws UserError when the broker does not answer
   */
  static Map<String, Reference> read(KafkaClients clients) {
    String topic = clients.name(GalleryTopic.TOPIC);
    Map<String, Reference> references = new LinkedHashMap<>();
    try (Consumer<String, byte[]> consumer = clients.reader()) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long progress = System.nanoTime();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        var polled = consumer.poll(Duration.ofMillis(200));
        polled.forEach(record -> take(record, references));
        if (!polled.isEmpty()) {
          progress = System.nanoTime();
        } else if (System.nanoTime() - progress > TimeUnit.SECONDS.toNanos(STUCK.toSeconds())) {
          throw new UserError("Kafka stopped answering while the gallery was read. Try again.");
        }
      }
    } catch (KafkaException failed) {
      throw unreadable(failed);
    }
    return references;
  }

  private static List<TopicPartition> partitions(Consumer<String, byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  private static UserError unreadable(KafkaException failed) {
    return new UserError(
        "The gallery cannot be read from Kafka (%s). Start Kafka, or set kafka.bootstrap-servers."
            .formatted(failed.getMessage()),
        failed);
  }

  private static void take(ConsumerRecord<String, byte[]> record, Map<String, Reference> into) {
    try {
      Optional<Reference> reference = GalleryTopic.read(record.key(), record.value());
      if (reference.isPresent()) {
        into.put(record.key(), reference.get());
      } else {
        into.remove(record.key());
      }
    } catch (InvalidRecordException invalid) {
      log.warn(
          "gallery: entry {}@{} cannot be used: {}",
          record.partition(),
          record.offset(),
          invalid.reason());
      into.remove(record.key());
    }
  }
}
