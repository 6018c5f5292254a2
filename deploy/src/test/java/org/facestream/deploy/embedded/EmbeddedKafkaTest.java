package org.facestream.deploy.embedded;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {
  @TempDir Path folder;

  @Test
  void keepsRecordsOverARestartOnTheSamePort() throws Exception {
    int port;
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      port = kafka.port();
      create(kafka, "kept");
      write(kafka, "kept", "first");
    }
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, port)) {
      assertEquals(port, kafka.port());
      write(kafka, "kept", "second");
      assertEquals(List.of("first", "second"), read(kafka, "kept", 2));
    }
  }

  @Test
  void commitsTransactionsAndListensOnLoopbackOnly() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      assertTrue(kafka.bootstrapServers().startsWith("127.0.0.1:"));
      create(kafka, "things");
      Map<String, Object> settings =
          Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "tester");
      try (Producer<String, String> producer =
          new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("things", "void"));
        producer.flush();
        producer.abortTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("things", "valid"));
        producer.commitTransaction();
      }
      assertEquals(List.of("valid"), read(kafka, "things", 1));
    }
  }

  /** What a killed process had acknowledged is there, and nobody waits for the dead broker. */
  @Test
  void goesOnWhereAKilledProcessStopped() throws Exception {
    AbandonedProcess.runAndKill(AbandonedKafka.class, folder);
    long begin = System.nanoTime();
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      assertEquals(List.of("written"), read(kafka, "kept", 1));
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(took.toSeconds() < 60, "took " + took);
    }
  }

  /** Starts a broker, writes to it, and waits to be killed. */
  static final class AbandonedKafka {
    private AbandonedKafka() {}

    public static void main(String[] arguments) throws Exception {
      EmbeddedKafka kafka = new EmbeddedKafka(Path.of(arguments[0]), 0);
      create(kafka, "kept");
      write(kafka, "kept", "written");
      System.out.println("ready");
      Thread.sleep(60_000);
      kafka.close();
    }
  }

  @Test
  void makesNoTopicByItself() {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      try (Producer<String, String> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.block.ms", 1_500),
              new StringSerializer(),
              new StringSerializer())) {
        assertThrows(
            ExecutionException.class,
            () -> producer.send(new ProducerRecord<>("never-made", "x")).get(5, TimeUnit.SECONDS));
      }
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
        ExecutionException failed =
            assertThrows(
                ExecutionException.class,
                () -> admin.describeTopics(List.of("never-made")).allTopicNames().get());
        assertTrue(failed.getCause() instanceof UnknownTopicOrPartitionException);
      }
    }
  }

  @Test
  void refusesAPortInUseAndNamesTheOption() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      UserError refused =
          assertThrows(UserError.class, () -> new EmbeddedKafka(folder, taken.getLocalPort()));
      assertTrue(refused.getMessage().contains("--kafka-port"), refused.getMessage());
      assertFalse(refused.getMessage().contains("\n"));
    }
    // The folder was given back.
    DataFolder.take(folder, 0).close();
  }

  @Test
  void refusesAFolderThatAnotherBrokerUses() {
    try (EmbeddedKafka first = new EmbeddedKafka(folder, 0)) {
      UserError refused = assertThrows(UserError.class, () -> new EmbeddedKafka(folder, 0));
      assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
      assertTrue(first.port() > 0);
    }
  }

  @Test
  void refusesAFileInPlaceOfTheFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    UserError refused = assertThrows(UserError.class, () -> new EmbeddedKafka(file, 0));
    assertTrue(refused.getMessage().contains("a file of that name exists"), refused.getMessage());
  }

  /** The controller is up before the broker opens its port. */
  @Test
  void leavesNothingRunningWhenItDoesNotStart() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      assertFalse(controllerThreads().isEmpty());
      kafka.stop();
      try (ServerSocket taken =
          new ServerSocket(kafka.port(), 1, InetAddress.getByName("127.0.0.1"))) {
        UserError refused = assertThrows(UserError.class, kafka::start);
        assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
        assertTrue(taken.isBound());
        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> assertEquals(List.of(), controllerThreads()));
      }
      kafka.start();
      create(kafka, "things");
    }
  }

  private static List<String> controllerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("controller"))
        .sorted()
        .toList();
  }

  @Test
  void refusesAFullDisk() {
    UserError refused =
        assertThrows(UserError.class, () -> DataFolder.take(folder, Long.MAX_VALUE));
    assertTrue(refused.getMessage().contains("are free for"), refused.getMessage());
  }

  private static void create(EmbeddedKafka kafka, String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  private static void write(EmbeddedKafka kafka, String topic, String value) throws Exception {
    try (Producer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, value)).get(20, TimeUnit.SECONDS);
    }
  }

  private static List<String> read(EmbeddedKafka kafka, String topic, int count) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed");
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(50);
      while (values.size() < count && System.nanoTime() < deadline) {
        ConsumerRecords<String, String> polled = consumer.poll(Duration.ofMillis(200));
        polled.forEach((ConsumerRecord<String, String> record) -> values.add(record.value()));
      }
      return values;
    }
  }
}
