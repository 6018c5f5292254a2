package org.facestream.sink;

import static org.facestream.sink.store.Events.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole stage, on a real broker and a real database. */
class SinkStageTest {
  @TempDir static Path brokerFolder;
  @TempDir Path databaseFolder;
  private static TestBroker broker;
  private static KafkaClients clients;

  @BeforeAll
  static void open() throws Exception {
    broker = new TestBroker(brokerFolder);
    clients = broker.clients();
  }

  @AfterAll
  static void close() {
    broker.close();
  }

  private static SinkStage stage(
      String worker, StoreConfig store, Map<String, String> more, Telemetry telemetry) {
    Map<String, String> options = new HashMap<>(Map.of("worker.id", worker));
    options.putAll(more);
    Settings settings =
        Settings.load(
            List.of(SinkConfig.class, WorkerConfig.class), Optional.empty(), Map.of(), options);
    return new SinkStage(
        settings.get(SinkConfig.class),
        store,
        settings.get(WorkerConfig.class),
        clients,
        SinkStage.Upkeep.NONE,
        telemetry);
  }

  private static void publish(List<IdentityEvent> events) throws Exception {
    String topic = clients.name(IdentityTopic.TOPIC);
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (IdentityEvent event : events) {
        producer.send(IdentityTopic.toRecord(topic, event)).get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertTrue(System.nanoTime() < deadline, "waited in vain: " + what);
      Thread.sleep(50);
    }
  }

  private static List<IdentityEvent> tracks(String prefix, int count) {
    List<IdentityEvent> events = new ArrayList<>();
    Instant now = Instant.now();
    for (int i = 0; i < count; i++) {
      for (int revision = 1; revision <= 2; revision++) {
        events.add(
            event(
                "camera-" + i % 5,
                prefix + i,
                revision,
                revision == 1 ? Type.started : Type.ended,
                "ann",
                now));
      }
    }
    return events;
  }

  /** Upstream is closed first: after an orderly end the database holds all that was published. */
  @Test
  void closingStoresWhatWasPublishedBefore() throws Exception {
    try (TestDatabase server = new TestDatabase(databaseFolder);
        Telemetry telemetry = new Telemetry()) {
      server.start();
      StoreConfig store = server.config(Map.of());
      try (SinkStage stage = stage("slow", store, Map.of("sink.batch-size", "1"), telemetry)) {
        stage.start();
        publish(tracks("last-", 200));
        await("one at least", () -> server.count("identity_event") > 0);
      }
      assertEquals(400, server.count("identity_event"));
    }
  }

  @Test
  void waitsForTheDatabaseAndOutlivesItsRestart() throws Exception {
    try (TestDatabase server = new TestDatabase(databaseFolder);
        Telemetry telemetry = new Telemetry()) {
      try (SinkStage stage = stage("patient", server.config(Map.of()), Map.of(), telemetry)) {
        stage.start();
        assertFalse(stage.health().ready());
        assertTrue(stage.health().reason().contains("does not answer"), stage.health().reason());
        publish(tracks("before-", 20));
        server.start();
        await("ready", () -> stage.health().ready());
        await("rows", () -> server.count("identity_event") == 40);

        server.stop();
        publish(tracks("during-", 20));
        await("not ready", () -> !stage.health().ready());
        assertTrue(stage.live());
        server.start();
        await("rows", () -> server.count("identity_event") == 80);
        await("ready again", () -> stage.health().ready());
      }

      // A second worker goes on where the first stopped; a record that is none is put aside.
      try (SinkStage stage = stage("second", server.config(Map.of()), Map.of(), telemetry)) {
        stage.start();
        String topic = clients.name(IdentityTopic.TOPIC);
        try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
          byte[] broken = "{not json".getBytes(StandardCharsets.UTF_8);
          producer.send(new ProducerRecord<>(topic, "camera-1", broken)).get();
        }
        publish(tracks("before-", 20));
        publish(tracks("after-", 20));
        await("rows", () -> server.count("identity_event") == 120);
        assertEquals(60, server.count("sighting WHERE ended AND revision = 2"));
        assertEquals("bad-json", deadLetterReason());
      }
    }
  }

  @Test
  void theSearchIndexFollowsTheDatabase() throws Exception {
    try (TestDatabase server = new TestDatabase(databaseFolder);
        Telemetry telemetry = new Telemetry()) {
      server.start();
      Map<String, String> options =
          Map.of("sink.search-folder", databaseFolder.resolve("search").toString());
      try (SinkStage stage = stage("searched", server.config(Map.of()), options, telemetry)) {
        stage.start();
        server.execute(
            "CREATE TABLE face_descriptor_1 PARTITION OF face_descriptor"
                + " FOR VALUES FROM ('2026-11-30') TO ('2026-12-01')");
        server.execute(
            "INSERT INTO face_descriptor (day, row_id, model, descriptor)"
                + " VALUES ('2026-11-30', 1, 'm', decode('0000803f0000803f', 'hex')),"
                + " ('2026-11-30', 2, 'm', decode('0000803f00008040', 'hex'))");
        await("rows", () -> telemetry.scrape().contains("facestream_search_rows 2.0"));
        server.execute("DELETE FROM face_descriptor WHERE row_id = 1");
        await("erased", () -> telemetry.scrape().contains("facestream_search_rows 1.0"));
        assertTrue(telemetry.scrape().contains("facestream_search_lag_seconds"));
      }
    }
  }

  private static String deadLetterReason() throws Exception {
    try (Consumer<String, byte[]> consumer = clients.consumer("test", 10, Map.of())) {
      consumer.subscribe(List.of(clients.name(Topics.DEAD_LETTERS)));
      List<String> reasons = new ArrayList<>();
      await(
          "dead letter",
          () -> {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
              assertEquals("{not json", new String(record.value(), StandardCharsets.UTF_8));
              reasons.add(
                  new String(
                      record.headers().lastHeader("reason").value(), StandardCharsets.UTF_8));
            }
            return !reasons.isEmpty();
          });
      return reasons.get(0);
    }
  }

  @Test
  void deletesWhatIsTooOld() throws Exception {
    try (TestDatabase server = new TestDatabase(databaseFolder).start();
        Telemetry telemetry = new Telemetry();
        SinkStage stage =
            stage(
                "forgetful",
                server.config(Map.of()),
                Map.of("sink.retention.events", "1h", "sink.retention-interval", "500ms"),
                telemetry)) {
      stage.start();
      List<IdentityEvent> events = new ArrayList<>(tracks("fresh-", 1));
      Instant old = Instant.now().minus(Duration.ofHours(2));
      events.add(event("camera-1", "old", 1, Type.ended, "ann", old));
      publish(events);
      await("stored", () -> server.count("sighting WHERE track = 'old'") == 1);
      server.execute("UPDATE identity_event SET stored_at = last_seen");
      server.execute("UPDATE sighting SET stored_at = last_seen");
      await(
          "retention",
          () -> server.count("erasure_audit WHERE action = 'retention' AND sightings = 1") == 1);
      assertEquals(1, server.count("sighting WHERE track = 'fresh-0'"));
      assertEquals(0, server.count("identity_event WHERE track = 'old'"));
    }
  }

  @Test
  void whoWasForgottenLongAgoIsLetGo() throws Exception {
    try (TestDatabase server = new TestDatabase(databaseFolder).start();
        Telemetry telemetry = new Telemetry();
        SinkStage stage =
            stage(
                "letting-go",
                server.config(Map.of()),
                Map.of("sink.retention.events", "0s", "sink.retention-interval", "200ms"),
                telemetry)) {
      stage.start();
      server.execute(
          "INSERT INTO forgotten_person (person_sha256, forgotten_at) VALUES"
              + " ('long ago', now() - interval '61 days'), ('lately', now() - interval '59 days')");
      await("let go", () -> server.count("forgotten_person") == 1);
      assertEquals(1, server.count("forgotten_person WHERE person_sha256 = 'lately'"));
    }
  }

  @Test
  void refusesToStartWhereOnlyAPersonCanHelp() throws Exception {
    try (TestDatabase server = new TestDatabase(databaseFolder).start();
        Telemetry telemetry = new Telemetry();
        SinkStage stage =
            stage(
                "refused",
                TestDatabase.configured(server.url().replace("/postgres", "/nowhere"), Map.of()),
                Map.of(),
                telemetry)) {
      UserError error = assertThrows(UserError.class, stage::start);
      assertTrue(error.getMessage().contains("create it"), error.getMessage());
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      assertFalse(thread.getName().startsWith("sink-"), thread.getName());
    }
  }
}
