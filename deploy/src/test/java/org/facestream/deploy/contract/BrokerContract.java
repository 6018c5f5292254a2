package org.facestream.deploy.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicReader;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchTopic;
import org.junit.jupiter.api.Test;

/** What every topic's contract promises of a broker, whichever broker that is. */
abstract class BrokerContract {
  private static final Instant CAPTURED = Instant.parse("2026-11-22T05:00:00.250Z");
  private static final Box BOX = new Box(10, 20, 70, 95);
  private static final Landmarks LANDMARKS =
      Landmarks.of(
          List.of(
              new Point(25, 45),
              new Point(52, 44),
              new Point(38, 60),
              new Point(28, 76),
              new Point(50, 75)));

  /** Where the broker under test listens. */
  abstract String bootstrapServers();

  private KafkaClients clients(String prefix) {
    return KafkaClients.of(
        bootstrapServers(), Map.of("kafka.topic-prefix", prefix, "kafka.partitions", "3"));
  }

  @Test
  void topicsHaveTheSettingsOfTheirContracts() throws Exception {
    KafkaClients clients = clients("settings");
    List<Topic> topics =
        List.of(
            CameraTopic.TOPIC,
            FrameTopic.TOPIC,
            CloseUpTopic.TOPIC,
            FaceTopic.TOPIC,
            GalleryTopic.TOPIC,
            MatchTopic.TOPIC,
            IdentityTopic.TOPIC,
            Topics.DEAD_LETTERS);
    Topics.ensure(clients, topics);
    // Again changes nothing, and fails nothing.
    Topics.ensure(clients, topics);
    try (Admin admin = clients.admin()) {
      for (Topic topic : topics) {
        String name = clients.name(topic);
        assertEquals("settings." + topic.thing() + ".v1", name);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config config =
            admin.describeConfigs(List.of(resource)).all().get(20, TimeUnit.SECONDS).get(resource);
        topic
            .settings()
            .forEach(
                (key, value) -> assertEquals(value, config.get(key).value(), name + " " + key));
        assertEquals(
            3,
            admin
                .describeTopics(List.of(name))
                .allTopicNames()
                .get(20, TimeUnit.SECONDS)
                .get(name)
                .partitions()
                .size());
      }
    }
  }

  /** {@link TopicReader#onlyPartitionOf} goes by a class that Kafka may change. */
  @Test
  void aReaderKnowsWhereTheProducerPutsAKey() throws Exception {
    KafkaClients clients = clients("keys");
    Topics.ensure(clients, List.of(FaceTopic.TOPIC));
    String topic = clients.name(FaceTopic.TOPIC);
    List<String> keys =
        List.of("a", "gate", "yard", "door/left", "hall-2", "Tür", "大门", "x".repeat(99), "b", "c");
    Map<String, Integer> partitions = new HashMap<>();
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (String key : keys) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, new byte[1]);
        partitions.put(key, producer.send(record).get(20, TimeUnit.SECONDS).partition());
      }
    }
    assertEquals(3, Set.copyOf(partitions.values()).size(), partitions::toString);
    for (String key : keys) {
      try (TopicReader reader = new TopicReader(clients, FaceTopic.TOPIC)) {
        reader.onlyPartitionOf(key);
        List<Integer> read =
            reader.ends().keySet().stream().map(TopicPartition::partition).toList();
        assertEquals(List.of(partitions.get(key)), read, key);
      }
    }
  }

  @Test
  void framesKeepEverything() throws Exception {
    // As large as a camera's frames get.
    byte[] jpeg = new byte[6 << 20];
    Arrays.fill(jpeg, (byte) 7);
    Frame frame = new Frame("door", 1_000, 42, CAPTURED, 1280, 720, "00-ab-cd-01", jpeg);
    ConsumerRecord<String, byte[]> record =
        passed("frames", FrameTopic.TOPIC, topic -> FrameTopic.toRecord(topic, frame));
    assertEquals("door", record.key());
    assertEquals(CAPTURED.toEpochMilli(), record.timestamp());
    Frame read = FrameTopic.fromRecord(record);
    assertArrayEquals(jpeg, read.jpeg());
    assertEquals(
        List.of(
            frame.camera(), frame.epoch(), frame.sequence(), frame.captureTime(), frame.width()),
        List.of(read.camera(), read.epoch(), read.sequence(), read.captureTime(), read.width()));
    assertEquals(frame.traceparent(), read.traceparent());
  }

  @Test
  void aRecordOverTheLimitIsRefused() {
    KafkaClients clients = clients("large");
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      byte[] tooLarge = new byte[2 << 20];
      ExecutionException refused =
          assertThrows(
              ExecutionException.class,
              () ->
                  producer
                      .send(
                          new ProducerRecord<>(clients.name(GalleryTopic.TOPIC), "face", tooLarge))
                      .get(20, TimeUnit.SECONDS));
      assertTrue(refused.getCause() instanceof RecordTooLargeException, refused.toString());
    }
  }

  @Test
  void facesKeepEverything() throws Exception {
    Face face =
        new Face(
            "door.1000.42.0",
            "door",
            1_000,
            42,
            CAPTURED,
            "door.1000.40.0",
            1280,
            720,
            BOX,
            LANDMARKS,
            LANDMARKS.within(5, 5, 1),
            0.998f,
            new Quality(0.9f, 0.8f, 0.7f, 0.95f, 0.6f, 4, -3, 1),
            List.of("Empfang Süd"),
            new byte[] {1, 2, 3});
    ConsumerRecord<String, byte[]> record =
        passed("faces", FaceTopic.TOPIC, topic -> FaceTopic.toRecord(topic, face));
    Face read = FaceTopic.fromRecord(record);
    assertArrayEquals(face.jpeg(), read.jpeg());
    assertEquals(face.landmarks(), read.landmarks());
    assertEquals(face.cropLandmarks(), read.cropLandmarks());
    assertEquals(face.quality(), read.quality());
    assertEquals(face.track(), read.track());
    assertEquals(face.id(), read.id());
    assertEquals(face.zones(), read.zones());
  }

  @Test
  void matchesKeepEverything() throws Exception {
    Match match =
        new Match(
            "door.1000.42.0",
            "door",
            "door.1000.40.0",
            CAPTURED,
            BOX,
            0.998f,
            0.9f,
            List.of("Empfang Süd"),
            List.of(new Match.Candidate("p1", "Zoë Ångström", 0.41f, "r1")),
            0.6f,
            "resnet34-128",
            12,
            new GalleryVersion("topic", List.of(5L, 0L, 7L)),
            new float[] {0.25f, -0.5f});
    ConsumerRecord<String, byte[]> record =
        passed("matches", MatchTopic.TOPIC, topic -> MatchTopic.toRecord(topic, match));
    Match read = MatchTopic.read(record.key(), record.value());
    assertEquals(match.candidates(), read.candidates());
    assertEquals(match.zones(), read.zones());
    assertEquals(match.gallery(), read.gallery());
    assertArrayEquals(match.descriptor(), read.descriptor());
    assertEquals(match.captureTime(), read.captureTime());
  }

  @Test
  void identitiesKeepEverything() throws Exception {
    IdentityEvent event =
        new IdentityEvent(
            "door.1000.40.0.1",
            IdentityEvent.Type.started,
            IdentityEvent.SCHEMA_VERSION,
            "door",
            "door.1000.40.0",
            1,
            CAPTURED.minusMillis(400),
            CAPTURED,
            List.of("Empfang Süd"),
            "p1",
            "Zoë Ångström",
            "wanted",
            0.41,
            null,
            3,
            0.9,
            0.998,
            BOX,
            "resnet34-128",
            12,
            new GalleryVersion("topic", List.of(5L, 0L, 7L)),
            "door.1000.42.0",
            CAPTURED);
    ConsumerRecord<String, byte[]> record =
        passed("identities", IdentityTopic.TOPIC, topic -> IdentityTopic.toRecord(topic, event));
    assertEquals(event, IdentityTopic.fromRecord(record));
  }

  @Test
  void aGalleryEntryIsErasedByATombstone() throws Exception {
    Reference reference =
        new Reference(
            "r1",
            "p1",
            "Zoë Ångström",
            "resnet34-128",
            new float[] {0.25f, -0.5f},
            new byte[] {9},
            0.9f,
            null,
            null,
            "zoe.jpg",
            CAPTURED);
    KafkaClients clients = clients("gallery");
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
    String topic = clients.name(GalleryTopic.TOPIC);
    send(clients, GalleryTopic.toRecord(topic, reference));
    send(clients, GalleryTopic.tombstone(topic, "r1"));
    List<ConsumerRecord<String, byte[]>> records = read(clients, topic, 2);
    Reference read = GalleryTopic.read(records.get(0).key(), records.get(0).value()).orElseThrow();
    assertArrayEquals(reference.descriptor(), read.descriptor());
    assertEquals(reference.name(), read.name());
    assertNull(records.get(1).value());
    assertEquals(Optional.empty(), GalleryTopic.read(records.get(1).key(), null));
    // The same key, so the same partition: compaction leaves the tombstone only.
    assertEquals(records.get(0).partition(), records.get(1).partition());
  }

  @Test
  void camerasKeepEverything() throws Exception {
    Camera camera =
        Camera.of("door", "rtsp://viewer:${secret:DOOR}@192.0.2.7/stream")
            .withFps(5.0)
            .withMaxWidth(1280)
            .withJpegQuality(85)
            .withTags(List.of("entrance"))
            .withMasks(
                List.of(
                    Polygon.of(List.of(List.of(0.1, 0.1), List.of(0.5, 0.1), List.of(0.3, 0.6)))));
    ConsumerRecord<String, byte[]> record =
        passed("cameras", CameraTopic.TOPIC, topic -> CameraTopic.toRecord(topic, camera));
    assertEquals(Optional.of(camera), CameraTopic.fromRecord(record));
  }

  @Test
  void reportsOfCamerasKeepEverything() throws Exception {
    CameraReport report =
        new CameraReport(
            "door",
            CameraState.BACKOFF,
            Instant.parse("2026-11-22T06:50:08.120Z"),
            "unauthorized",
            0.0,
            0.0,
            null,
            null,
            null,
            0L,
            "worker-1",
            1_795_330_208_000L,
            7,
            3,
            2,
            Map.of("too-old", 2L),
            Map.of("too-old", 0.4),
            12_345,
            Instant.parse("2026-11-22T06:50:09Z"));
    ConsumerRecord<String, byte[]> record =
        passed(
            "camera-status",
            CameraStatusTopic.TOPIC,
            topic -> CameraStatusTopic.toRecord(topic, report));
    assertEquals(Optional.of(report), CameraStatusTopic.fromRecord(record));
  }

  @Test
  void readersOfCommittedRecordsSeeNothingOfAnAbortedTransaction() throws Exception {
    KafkaClients clients = clients("aborted");
    Topics.ensure(clients, List.of(IdentityTopic.TOPIC));
    String topic = clients.name(IdentityTopic.TOPIC);
    try (Producer<String, byte[]> producer = clients.transactional("tester")) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "door", new byte[] {1}));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "door", new byte[] {2}));
      producer.commitTransaction();
    }
    List<ConsumerRecord<String, byte[]>> records = read(clients, topic, 1);
    assertEquals(1, records.size());
    assertArrayEquals(new byte[] {2}, records.get(0).value());
  }

  private interface Write {
    ProducerRecord<String, byte[]> to(String topic);
  }

  /** The record as a reader gets it. */
  private ConsumerRecord<String, byte[]> passed(String prefix, Topic topic, Write write)
      throws Exception {
    KafkaClients clients = clients(prefix);
    Topics.ensure(clients, List.of(topic));
    String name = clients.name(topic);
    send(clients, write.to(name));
    return read(clients, name, 1).get(0);
  }

  private static void send(KafkaClients clients, ProducerRecord<String, byte[]> record)
      throws Exception {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(record).get(30, TimeUnit.SECONDS);
    }
  }

  private static List<ConsumerRecord<String, byte[]>> read(
      KafkaClients clients, String topic, int count) {
    try (Consumer<String, byte[]> reader = clients.reader()) {
      List<TopicPartition> partitions =
          reader.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (records.size() < count && System.nanoTime() < deadline) {
        reader.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      assertEquals(count, records.size(), "records in " + topic);
      return records;
    }
  }
}
