package org.facestream.recognizer.gallery.contract;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Refusal;
import org.facestream.ingest.worker.kafka.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the gallery topic, and returns when all records are acknowledged. */
public final class GalleryWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GalleryWriter.class);

  private final String topic;
  private final Producer<String, byte[]> producer;

  public GalleryWriter(KafkaClients clients) {
    this(clients, GalleryTopic.TOPIC);
  }

  /**
   * @param of the gallery, or a topic of its form
   */
  public GalleryWriter(KafkaClients clients, Topic of) {
    this.topic = clients.name(of);
    this.producer = clients.producer(Map.of());
  }

  /**
   * Puts references into the gallery, in place of those with the same face ids.
   *
   * @return where each is now, in the same order
   * @throws UserError when the broker does not take them
   */
  public List<RecordMetadata> put(List<Reference> references) {
    return write(
        references.stream().map(reference -> GalleryTopic.toRecord(topic, reference)).toList());
  }

  /**
   * Erases references from the gallery, and closes the segments that contain their data.
   *
   * @param ends offset that the next record of each partition will have; becomes that after the
   *     tombstones
   * @throws UserError when the broker does not take the tombstones
   */
  public void erase(Collection<String> faceIds, Map<Integer, Long> ends) {
    write(tombstones(faceIds, key -> GalleryTopic.tombstone(topic, key)))
        .forEach(written -> ends.merge(written.partition(), written.offset() + 1, Math::max));
    try {
      write(tombstones(faceIds, key -> GalleryTopic.closingTombstone(topic, key)));
    } catch (UserError late) {
      // The person is forgotten, and the caller has more to erase. The next records of those
      // partitions also close the segments.
      log.warn("gallery: erased data may stay on Kafka's disk for longer", late);
    }
  }

  /** As {@link #erase(Collection, Map)}, for who needs no offsets. */
  public void erase(Collection<String> faceIds) {
    erase(faceIds, new HashMap<>());
  }

  private static List<ProducerRecord<String, byte[]>> tombstones(
      Collection<String> faceIds, Function<String, ProducerRecord<String, byte[]>> tombstone) {
    return faceIds.stream().map(tombstone).toList();
  }

  /** Returns the records' places. */
  private List<RecordMetadata> write(List<ProducerRecord<String, byte[]>> records) {
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    records.forEach(record -> sent.add(producer.send(record)));
    producer.flush();
    try {
      List<RecordMetadata> written = new ArrayList<>(sent.size());
      for (Future<RecordMetadata> future : sent) {
        written.add(future.get());
      }
      return written;
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException failed) {
      Throwable why = Objects.requireNonNull(failed.getCause(), "why Kafka failed");
      if (Refusal.of(why).isPresent()) {
        throw new UserError(
            ("Kafka refuses this record of the gallery (%s). Check the topic's settings: "
                    + "`facestream doctor --services`.")
                .formatted(why.getMessage()),
            failed);
      }
      throw new UserError(
          "The gallery cannot be written to Kafka (%s). Try again.".formatted(why.getMessage()),
          failed);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
