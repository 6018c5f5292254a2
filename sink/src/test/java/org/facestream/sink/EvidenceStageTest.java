package org.facestream.sink;

import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Faces.face;
import static org.facestream.sink.store.Faces.match;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.store.Faces;
import org.facestream.sink.store.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Crops and descriptors from the topics to the database, on a real broker and a real database. */
@Timeout(180)
class EvidenceStageTest {
  @TempDir static Path brokerFolder;
  @TempDir static Path databaseFolder;
  private static TestBroker broker;
  private static TestDatabase server;
  private static int prefixes;

  private KafkaClients clients;
  private Telemetry telemetry;

  @BeforeAll
  static void open() throws Exception {
    broker = new TestBroker(brokerFolder);
    server = new TestDatabase(databaseFolder).start();
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
    broker.close();
  }

  /** Each test has topics and groups of its own. */
  @BeforeEach
  void begin() {
    clients =
        KafkaClients.of(
            broker.bootstrapServers(),
            Map.of("kafka.partitions", "2", "kafka.topic-prefix", "test" + prefixes++));
    telemetry = new Telemetry();
  }

  @AfterEach
  void end() {
    telemetry.close();
  }

  private SinkStage stage(Map<String, String> more) {
    Map<String, String> options = new HashMap<>(Map.of("worker.id", "one"));
    options.putAll(more);
    Settings settings =
        Settings.load(
            List.of(SinkConfig.class, WorkerConfig.class), Optional.empty(), Map.of(), options);
    SinkStage stage =
        new SinkStage(
            settings.get(SinkConfig.class),
            server.config(Map.of()),
            settings.get(WorkerConfig.class),
            clients,
            SinkStage.Upkeep.NONE,
            telemetry);
    stage.start();
    return stage;
  }

  private void publish(Topic topic, List<ProducerRecord<String, byte[]>> records) throws Exception {
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (ProducerRecord<String, byte[]> record : records) {
        producer.send(record).get(20, TimeUnit.SECONDS);
      }
    }
  }

  private void publishFaces(List<Face> faces) throws Exception {
    String topic = clients.name(FaceTopic.TOPIC);
    publish(FaceTopic.TOPIC, faces.stream().map(face -> FaceTopic.toRecord(topic, face)).toList());
  }

  private void publishMatches(List<Face> faces) throws Exception {
    String topic = clients.name(MatchTopic.TOPIC);
    publish(
        MatchTopic.TOPIC,
        faces.stream().map(Faces::match).map(match -> MatchTopic.toRecord(topic, match)).toList());
  }

  private void publishEvent(String track, int revision, Type type) throws Exception {
    String topic = clients.name(IdentityTopic.TOPIC);
    publish(
        IdentityTopic.TOPIC,
        List.of(
            IdentityTopic.toRecord(
                topic, event("gate", track, revision, type, "ann", Instant.now()))));
  }

  /** Five faces; the fourth is the best of those between the first and the last. */
  private static List<Face> faces(String track) {
    Instant begin = Instant.now();
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      faces.add(face(track, track + "-" + i, begin.plusMillis(i * 300), i == 3 ? .9 : .5));
    }
    return faces;
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertTrue(System.nanoTime() < deadline, "waited in vain: " + what);
      Thread.sleep(50);
    }
  }

  private static List<String> stored(String track) throws Exception {
    return server.query(
        ("SELECT face_id || ' ' || encode(jpeg, 'escape') || ' ' || model FROM sighting_face"
                + " JOIN face_picture USING (day, row_id) JOIN face_descriptor USING (day, row_id)"
                + " WHERE track = '%s' ORDER BY capture_time")
            .formatted(track));
  }

  private static List<String> kept(String track) {
    return List.of(0, 3, 4).stream()
        .map(i -> "%1$s-%2$d %1$s-%2$d facenet".formatted(track, i))
        .toList();
  }

  private double metric(String name) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE)
            .matcher(telemetry.scrape());
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
  }

  private double read() {
    return metric("facestream_records_in_total{camera=\"gate\",stage=\"sink-evidence\"}");
  }

  @Test
  void cropsAreStoredInWhateverOrderTheyCome() throws Exception {
    try (SinkStage stage = stage(Map.of())) {
      publishFaces(faces("faces-first"));
      publishMatches(faces("faces-first"));
      publishMatches(faces("matches-first"));
      publishEvent("event-first", 1, Type.started);
      await("faces", () -> read() == 5);
      await("event", () -> server.count("sighting WHERE track = 'event-first'") == 1);
      publishFaces(faces("event-first"));
      publishEvent("faces-first", 1, Type.started);
      publishEvent("matches-first", 1, Type.started);
      publishMatches(faces("event-first"));
      publishFaces(faces("matches-first"));
      for (String track : List.of("faces-first", "event-first", "matches-first")) {
        await(track, () -> stored(track).equals(kept(track)));
      }
      await("ready", () -> stage.health().ready());

      // What is neither face nor match is put aside.
      byte[] broken = "{not json".getBytes(StandardCharsets.UTF_8);
      publish(
          MatchTopic.TOPIC,
          List.of(new ProducerRecord<>(clients.name(MatchTopic.TOPIC), "gate", broken)));
      await(
          "dead letter",
          () ->
              metric(
                      "facestream_dropped_total{camera=\"gate\",reason=\"bad-json\","
                          + "stage=\"sink-evidence\"}")
                  == 1);
    }
    assertEquals(9, metric("facestream_stored_rows_total{table=\"face_descriptor\"}"));
  }

  /** What waits in a sink that ends is read again by the next one, as after a kill. */
  @Test
  void aSinkThatEndsWhileFacesWaitLosesNone() throws Exception {
    try (SinkStage stage = stage(Map.of())) {
      publishFaces(faces("alive"));
      publishMatches(faces("alive"));
      publishFaces(faces("other"));
      publishMatches(faces("other"));
      await("faces", () -> read() == 10);
      publishEvent("other", 1, Type.started);
      await("the other one's", () -> stored("other").equals(kept("other")));
    }
    assertEquals(List.of(), stored("alive"));
    // Everything was read, and the offsets stay before what waits.
    publishEvent("alive", 1, Type.started);
    try (SinkStage stage = stage(Map.of())) {
      await("the first one's", () -> stored("alive").equals(kept("alive")));
      await("ready", () -> stage.health().ready());
    }
    assertEquals(kept("other"), stored("other"));
  }

  @Test
  void whatNoEventTellsOfIsLetGo() throws Exception {
    try (SinkStage stage = stage(Map.of("sink.crops-wait", "300ms"))) {
      publishFaces(faces("nobody"));
      publishMatches(faces("nobody"));
      await("faces", () -> read() == 5);
      // The recognizer has not read them: an event may still come.
      Thread.sleep(3_000);
      assertTrue(metric("facestream_evidence_waiting_bytes") > 0);
      // A replay's boundary is no match; and the groups go on.
      readUpTo("recognizer", FaceTopic.TOPIC);
      readUpTo("identity", MatchTopic.TOPIC);
      String dropped =
          "facestream_dropped_total{camera=\"gate\",reason=\"no-event\",stage=\"sink-evidence\"}";
      await("let go", () -> metric(dropped) == 3);
      await("empty", () -> metric("facestream_evidence_waiting_bytes") == 0);
      assertEquals(0, server.count("sighting_face WHERE track = 'nobody'"));
      await("committed", () -> committed() == 10);
      await("ready", () -> stage.health().ready());
    }
  }

  private void readUpTo(String group, Topic topic) throws Exception {
    try (Admin admin = clients.admin()) {
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      for (int partition = 0; partition < 2; partition++) {
        offsets.put(
            new TopicPartition(clients.name(topic), partition), new OffsetAndMetadata(1000));
      }
      admin
          .alterConsumerGroupOffsets(clients.config().topicPrefix() + "." + group, offsets)
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  private long committed() throws Exception {
    try (Admin admin = clients.admin()) {
      return admin
          .listConsumerGroupOffsets(clients.config().topicPrefix() + ".sink-evidence")
          .partitionsToOffsetAndMetadata()
          .get(20, TimeUnit.SECONDS)
          .values()
          .stream()
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  /** More faces than fit into the memory: the rest is read when events come. */
  @Test
  void theMemoryIsBounded() throws Exception {
    List<Face> large = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String track = "large-" + i;
      large.add(face(track, track + "-0", Instant.now(), .5).withJpeg(new byte[100_000]));
    }
    Map<String, String> small =
        Map.of("sink.crops-bytes", "1048576", "sink.batch-size", "1", "worker.stall-timeout", "2s");
    try (SinkStage stage = stage(small)) {
      publishFaces(large);
      await("full", () -> metric("facestream_evidence_full") == 1);
      // A sink that waits for events is not stalled.
      Thread.sleep(3_000);
      assertTrue(metric("facestream_evidence_waiting_bytes") < 1_048_576 + 102_000);
      assertTrue(stage.health().ready(), () -> stage.health().reason());
      for (int i = 0; i < 30; i++) {
        publishEvent("large-" + i, 1, Type.ended);
      }
      await("all", () -> server.count("sighting_face WHERE track LIKE 'large-%'") == 30);
      await("room", () -> metric("facestream_evidence_full") == 0);
    }
  }

  /** A sink that was off: matches are read far before their faces, and fill the memory. */
  @Test
  void matchesOfABacklogWaitForTheirFaces() throws Exception {
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, MatchTopic.TOPIC, IdentityTopic.TOPIC));
    int tracks = 400;
    List<Face> all = new ArrayList<>();
    List<ProducerRecord<String, byte[]>> events = new ArrayList<>();
    String topic = clients.name(IdentityTopic.TOPIC);
    for (int i = 0; i < tracks; i++) {
      String track = "backlog-" + i;
      all.addAll(faces(track));
      events.add(
          IdentityTopic.toRecord(topic, event("gate", track, 1, Type.ended, "ann", Instant.now())));
    }
    publishFaces(all);
    publishMatches(all);
    readUpTo("recognizer", FaceTopic.TOPIC);
    readUpTo("identity", MatchTopic.TOPIC);
    Map<String, String> small =
        Map.of("sink.crops-bytes", "1048576", "sink.batch-size", "50", "sink.crops-wait", "1m");
    try (SinkStage stage = stage(small)) {
      await("faces fill it", () -> metric("facestream_evidence_full") == 1);
      await("matches, too", () -> metric("facestream_evidence_waiting_bytes") > 1_048_576);
      publish(IdentityTopic.TOPIC, events);
      await(
          "all",
          () ->
              server.count(
                      "sighting_face JOIN face_descriptor USING (day, row_id)"
                          + " WHERE track LIKE 'backlog-%'")
                  == 3 * tracks);
      assertTrue(stage.live());
    }
  }

  @Test
  void noCropsAreStoredWhereNoneAreWanted() throws Exception {
    try (SinkStage stage = stage(Map.of("sink.crops", "0"))) {
      publishEvent("plain", 1, Type.started);
      await("event", () -> server.count("sighting WHERE track = 'plain'") == 1);
      await("ready", () -> stage.health().ready());
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .noneMatch(thread -> thread.getName().startsWith("sink-evidence")));
    }
  }
}
