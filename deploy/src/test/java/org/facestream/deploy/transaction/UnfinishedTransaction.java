package org.facestream.deploy.transaction;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.facestream.ingest.worker.kafka.KafkaClients;

/**
 * A transaction over two topics and a group's offsets that its producer never ends, and what a
 * coordinator would have written about it into its log. A broker takes records for that topic only
 * from a client that calls itself as Kafka's own administration does.
 */
final class UnfinishedTransaction implements AutoCloseable {
  static final TopicPartition FACES = new TopicPartition("cctv.test-faces", 0);
  static final TopicPartition TRACKS = new TopicPartition("cctv.test-tracks", 0);
  static final String GROUP = "cctv.test-group";

  private static final String ID = "cctv.test-worker";

  private final Map<String, Object> broker;
  private final Producer<String, String> producer;

  /** Makes the topics where they are missing, and begins it. */
  UnfinishedTransaction(String bootstrapServers) throws Exception {
    broker = Map.of("bootstrap.servers", bootstrapServers);
    try (Admin admin = Admin.create(broker)) {
      if (!admin.listTopics().names().get().contains(FACES.topic())) {
        admin
            .createTopics(
                List.of(
                    new NewTopic(FACES.topic(), 1, (short) 1),
                    new NewTopic(TRACKS.topic(), 1, (short) 1)))
            .all()
            .get(20, TimeUnit.SECONDS);
      }
    }
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "transactional.id", ID),
            new StringSerializer(),
            new StringSerializer());
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(FACES.topic(), "face")).get(20, TimeUnit.SECONDS);
    producer.send(new ProducerRecord<>(TRACKS.topic(), "track")).get(20, TimeUnit.SECONDS);
    try (Consumer<byte[], byte[]> member = member(bootstrapServers)) {
      producer.sendOffsetsToTransaction(
          Map.of(FACES, new OffsetAndMetadata(7)), member.groupMetadata());
    }
  }

  void commit() {
    producer.commitTransaction();
  }

  /** Writes the coordinator's next state of it, behind the coordinator's back. */
  void decide(TransactionState state) throws Exception {
    TransactionLogValue value = last();
    value.setTransactionStatus(state.id());
    value.setProducerEpoch((short) (value.producerEpoch() + 1));
    value.setClientTransactionVersion((short) 2);
    if (state == TransactionState.COMPLETE_COMMIT || state == TransactionState.COMPLETE_ABORT) {
      value.setTransactionPartitions(List.of());
    }
    try (Producer<byte[], byte[]> log =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker.get("bootstrap.servers"),
                "client.id",
                "__admin_client",
                "enable.idempotence",
                false),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      int partitions = log.partitionsFor(Topic.TRANSACTION_STATE_TOPIC_NAME).size();
      log.send(
              new ProducerRecord<>(
                  Topic.TRANSACTION_STATE_TOPIC_NAME,
                  Utils.abs(ID.hashCode()) % partitions,
                  MessageUtil.toVersionPrefixedBytes(
                      (short) 0, new TransactionLogKey().setTransactionalId(ID)),
                  MessageUtil.toVersionPrefixedBytes((short) 1, value)))
          .get(20, TimeUnit.SECONDS);
    }
  }

  /** What the coordinator wrote last. */
  private TransactionLogValue last() {
    List<byte[]> written = new ArrayList<>();
    try (Consumer<String, byte[]> reader =
        KafkaClients.of((String) broker.get("bootstrap.servers"), Map.of()).reader(Map.of())) {
      List<TopicPartition> all =
          reader.partitionsFor(Topic.TRANSACTION_STATE_TOPIC_NAME).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      reader.assign(all);
      reader.seekToBeginning(all);
      Map<TopicPartition, Long> ends = reader.endOffsets(all);
      while (ends.entrySet().stream()
          .anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(100))) {
          written.add(record.value());
        }
      }
    }
    ByteBuffer bytes = ByteBuffer.wrap(written.get(written.size() - 1));
    return new TransactionLogValue(new ByteBufferAccessor(bytes), bytes.getShort());
  }

  /** The committed records of both topics, waiting for as many as are expected. */
  static List<String> committed(String bootstrapServers, int expected) {
    List<String> read = new ArrayList<>();
    try (Consumer<String, String> reader =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new StringDeserializer())) {
      reader.assign(List.of(FACES, TRACKS));
      reader.seekToBeginning(List.of(FACES, TRACKS));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(expected == 0 ? 2 : 20);
      while (read.size() < expected || expected == 0) {
        reader.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
        if (System.nanoTime() > deadline) {
          break;
        }
      }
    }
    return read.stream().sorted().toList();
  }

  /** The group's committed offset; −1 for none. Fails while a transaction holds it up. */
  static long offset(String bootstrapServers) {
    try (Consumer<byte[], byte[]> member = member(bootstrapServers)) {
      OffsetAndMetadata committed = member.committed(Set.of(FACES)).get(FACES);
      return committed == null ? -1 : committed.offset();
    }
  }

  private static Consumer<byte[], byte[]> member(String bootstrapServers) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "group.id",
            GROUP,
            "default.api.timeout.ms",
            5_000),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Ends the producer, not the transaction. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
