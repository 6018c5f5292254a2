package org.facestream.recognizer;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.facestream.ingest.worker.health.Positions;

/**
 * Kafka clients like the default ones of Streams, whose consumers also report their positions after
 * each poll. Streams itself reports only committed offsets, which do not include transaction
 * markers.
 *
 * @param matches of the one stream thread
 * @param references of the thread that reads the gallery
 */
record FollowedClients(Positions matches, Positions references) implements KafkaClientSupplier {
  private static final class FollowedConsumer extends KafkaConsumer<byte[], byte[]> {
    private final Positions positions;

    FollowedConsumer(Map<String, Object> settings, Positions positions) {
      super(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      this.positions = positions;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration longest) {
      ConsumerRecords<byte[], byte[]> polled = super.poll(longest);
      positions.note(this);
      return polled;
    }
  }

  @Override
  public Admin getAdmin(Map<String, Object> settings) {
    return Admin.create(settings);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> settings) {
    return new FollowedConsumer(settings, matches);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> settings) {
    return new FollowedConsumer(settings, references);
  }
}
