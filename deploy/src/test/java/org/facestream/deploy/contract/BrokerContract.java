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
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraReportBuilder;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
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

  /** {@link TopicLog#onlyPartitionsOf} goes by a class that Kafka may change. */
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
      try (TopicLog reader = new TopicLog(clients, FaceTopic.TOPIC)) {
        reader.onlyPartitionsOf(List.of(key));
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
        FaceBuilder.builder()
            .id("door.1000.42.0")
            .camera("door")
            .epoch(1_000)
            .frameSequence(42)
            .captureTime(CAPTURED)
            .track("door.1000.40.0")
            .frameWidth(1280)
            .frameHeight(720)
            .box(BOX)
            .landmarks(LANDMARKS)
            .cropLandmarks(LANDMARKS.within(5, 5, 1))
            .score(0.998f)
            .quality(new Quality(0.9f, 0.8f, 0.7f, 0.95f, 0.6f, 4, -3, 1))
            .zones(List.of("Empfang Süd"))
            .jpeg(new byte[] {1, 2, 3})
            .build();
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
        MatchBuilder.builder()
            .faceId("door.1000.42.0")
            .camera("door")
            .track("door.1000.40.0")
            .captureTime(CAPTURED)
            .box(BOX)
            .score(0.998f)
            .quality(0.9f)
            .zones(List.of("Empfang Süd"))
            .candidates(List.of(new Match.Candidate("p1", "Zoë Ångström", 0.41f, "r1")))
            .threshold(0.6f)
            .model("resnet34-128")
            .galleryVersion(12)
            .gallery(new GalleryVersion("topic", List.of(5L, 0L, 7L)))
            .descriptor(new float[] {0.25f, -0.5f})
            .build();
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
        IdentityEventBuilder.builder()
            .eventId("door.1000.40.0.1")
            .type(IdentityEvent.Type.started)
            .schemaVersion(IdentityEvent.SCHEMA_VERSION)
            .camera("door")
            .track("door.1000.40.0")
            .revision(1)
            .firstSeen(CAPTURED.minusMillis(400))
            .lastSeen(CAPTURED)
            .zones(List.of("Empfang Süd"))
            .personId("p1")
            .name("Zoë Ångström")
            .watchlist("wanted")
            .distance(0.41)
            .faces(3)
            .quality(0.9)
            .score(0.998)
            .box(BOX)
            .model("resnet34-128")
            .galleryVersion(12)
            .gallery(new GalleryVersion("topic", List.of(5L, 0L, 7L)))
            .bestFace("door.1000.42.0")
            .captureTime(CAPTURED)
            .build();
    ConsumerRecord<String, byte[]> record =
        passed("identities", IdentityTopic.TOPIC, topic -> IdentityTopic.toRecord(topic, event));
    assertEquals(event, IdentityTopic.fromRecord(record));
  }

  @Test
  void aGalleryEntryIsErasedByATombstone() throws Exception {
    Reference reference =
        ReferenceBuilder.builder()
            .faceId("r1")
            .personId("p1")
            .name("Zoë Ångström")
            .model("resnet34-128")
            .descriptor(new float[] {0.25f, -0.5f})
            .thumbnail(new byte[] {9})
            .quality(0.9f)
            .source("zoe.jpg")
            .enrolledAt(CAPTURED)
            .build();
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
        CameraReportBuilder.builder()
            .camera("door")
            .state(CameraState.BACKOFF)
            .since(Instant.parse("2026-11-22T06:50:08.120Z"))
            .reason("unauthorized")
            .fpsIn(0.0)
            .fpsOut(0.0)
            .bitsPerSecond(0L)
            .worker("worker-1")
            .epoch(1_795_330_208_000L)
            .framesIn(7)
            .framesOut(3)
            .framesHeldBack(2)
            .framesDropped(Map.of("too-old", 2L))
            .droppedPerSecond(Map.of("too-old", 0.4))
            .bytesIn(12_345)
            .at(Instant.parse("2026-11-22T06:50:09Z"))
            .build();
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
    try (Consumer<String, byte[]> reader = clients.reader(Map.of())) {
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
