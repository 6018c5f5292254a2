package org.facestream.deploy.health;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;

/**
 * A transaction that stays open for as long as the test wants, as one stays that a broker's kill
 * left behind.
 */
final class HangingTransaction {
  private final Producer<String, byte[]> producer;

  private HangingTransaction(KafkaClients clients) {
    producer =
        clients.producer(
            Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "hanging-" + UUID.randomUUID(),
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                600_000));
    producer.initTransactions();
    producer.beginTransaction();
  }

  /** Hides everything that comes into the topic's first partition from now on. */
  static HangingTransaction in(KafkaClients clients, Topic topic) throws Exception {
    HangingTransaction hanging = new HangingTransaction(clients);
    hanging
        .producer
        .send(new ProducerRecord<>(clients.name(topic), 0, "nobody", new byte[1]))
        .get(20, TimeUnit.SECONDS);
    return hanging;
  }

  /** Makes the group's offset in the topic's first partition one that cannot be read. */
  static HangingTransaction over(KafkaClients clients, Topic topic, String group) {
    HangingTransaction hanging = new HangingTransaction(clients);
    try (Consumer<String, byte[]> outside = clients.consumer(group, 1, Map.of())) {
      hanging.producer.sendOffsetsToTransaction(
          Map.of(new TopicPartition(clients.name(topic), 0), new OffsetAndMetadata(0)),
          outside.groupMetadata());
    }
    return hanging;
  }

  /** Ends it: nothing of it was ever there. */
  void abort() {
    producer.abortTransaction();
    producer.close();
  }
}
