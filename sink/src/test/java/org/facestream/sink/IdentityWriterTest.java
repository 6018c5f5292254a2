package org.facestream.sink;

import static org.facestream.sink.store.Events.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityWriterTest {
  @TempDir static Path folder;
  private static TestDatabase server;

  private final List<String> rejected = new ArrayList<>();

  @BeforeAll
  static void open() throws Exception {
    server = new TestDatabase(folder).start();
    try (Database database = new Database(server.config(Map.of()))) {
      database.check();
    }
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
  }

  @BeforeEach
  void empty() throws Exception {
    server.execute("TRUNCATE identity_event, sighting, forgotten_person");
  }

  private static List<ConsumerRecord<String, byte[]>> records(List<IdentityEvent> events) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    for (IdentityEvent event : events) {
      ProducerRecord<String, byte[]> sent = IdentityTopic.toRecord("identities", event);
      records.add(new ConsumerRecord<>("identities", 0, records.size(), sent.key(), sent.value()));
    }
    return records;
  }

  private void reject(ConsumerRecord<String, byte[]> record, String reason, String detail) {
    rejected.add(record.offset() + " " + reason + " " + detail);
  }

  @Test
  void oneRowThatDoesNotFitTakesNobodyWithIt() throws Exception {
    List<IdentityEvent> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      events.add(event("t" + i, 1, Type.started, i == 41 || i == 42 ? "an\0n" : "bob"));
    }
    List<ConsumerRecord<String, byte[]>> batch = records(events);
    batch.add(
        new ConsumerRecord<>(
            "identities", 0, 100, "gate", "{\"eventId\":".getBytes(StandardCharsets.UTF_8)));
    try (Telemetry telemetry = new Telemetry();
        Database database = new Database(server.config(Map.of()))) {
      IdentityWriter writer =
          new IdentityWriter(database, new EventStore(database.dataSource()), telemetry);
      writer.store(batch, this::reject);
      writer.committed();
      assertEquals(
          List.of(
              "100 bad-json not an identity event",
              "41 store-refused SQLSTATE 22021",
              "42 store-refused SQLSTATE 22021"),
          rejected);
      assertEquals(98, server.count("sighting"));
      String metrics = telemetry.scrape();
      for (String line :
          List.of(
              "facestream_records_in_total{camera=\"gate\",stage=\"sink\"} 100.0",
              "facestream_records_out_total{camera=\"gate\",stage=\"sink\"} 98.0",
              "facestream_stored_rows_total{table=\"identity_event\"} 98.0",
              "facestream_stored_rows_total{table=\"sighting\"} 98.0",
              "facestream_capture_latency_seconds_count{camera=\"gate\",stage=\"sink\"} 98",
              "facestream_stage_time_seconds_count{part=\"store\",stage=\"sink\"} 1")) {
        assertTrue(metrics.contains(line), line + "\n" + metrics);
      }
    }
  }

  @Test
  void aRestartOfTheDatabaseLosesNothing() throws Exception {
    List<IdentityEvent> first = List.of(event("a", 1, Type.started, "ann"));
    List<IdentityEvent> second =
        List.of(event("a", 2, Type.ended, "ann"), event("b", 1, Type.started, null));
    try (Telemetry telemetry = new Telemetry();
        Database database = new Database(server.config(Map.of()))) {
      IdentityWriter writer =
          new IdentityWriter(database, new EventStore(database.dataSource()), telemetry);
      writer.store(records(first), this::reject);
      writer.committed();
      server.stop();
      try {
        for (int attempt = 0; attempt < 2; attempt++) {
          RetryableException away =
              assertThrows(
                  RetryableException.class, () -> writer.store(records(second), this::reject));
          writer.aborted();
          assertTrue(away.getMessage().startsWith("PostgreSQL at 127.0.0.1:"), away.getMessage());
        }
      } finally {
        server.start();
      }
      writer.store(records(second), this::reject);
      // Stored, and then the offsets could not be committed: it comes once more.
      writer.aborted();
      writer.store(records(second), this::reject);
      writer.committed();
      String metrics = telemetry.scrape();
      for (String line :
          List.of(
              "facestream_records_in_total{camera=\"gate\",stage=\"sink\"} 3.0",
              "facestream_records_out_total{camera=\"gate\",stage=\"sink\"} 3.0")) {
        assertTrue(metrics.contains(line), line + "\n" + metrics);
      }
      assertEquals(List.of(), rejected);
      assertEquals(3, server.count("identity_event"));
      assertEquals(
          List.of("a|2|t", "b|1|f"),
          server.query("SELECT track, revision, ended FROM sighting ORDER BY track"));
    }
  }

  @Test
  void aTrackThatWasAliveWhenThePersonWasForgottenEndsAsUnknown() throws Exception {
    try (Telemetry telemetry = new Telemetry();
        Database database = new Database(server.config(Map.of()))) {
      EventStore store = new EventStore(database.dataSource());
      IdentityWriter writer = new IdentityWriter(database, store, telemetry);
      writer.store(records(List.of(event("a", 1, Type.started, "ann"))), this::reject);
      store.forgetPerson("ann", GalleryVersion.ofNumber(8));
      // A face that was captured, and an end that was told, after that.
      IdentityEvent ended =
          event("gate", "a", 2, Type.ended, "ann", Instant.now().plus(Duration.ofMinutes(1)));
      writer.store(records(List.of(ended)), this::reject);
      assertEquals(
          List.of("1|null|unknown|null", "2|null|unknown|null"),
          server.query(
              "SELECT revision, person_id, name, distance FROM identity_event ORDER BY revision"));
      assertEquals(
          List.of("2|t|null|unknown"),
          server.query("SELECT revision, ended, person_id, name FROM sighting"));
    }
  }

  @Test
  void aDatabaseThatOnlyAPersonCanMendKeepsTheBatch() throws Exception {
    try (Telemetry telemetry = new Telemetry();
        Database database =
            new Database(
                TestDatabase.configured(server.url().replace("/postgres", "/nowhere"), Map.of()))) {
      IdentityWriter writer =
          new IdentityWriter(database, new EventStore(database.dataSource()), telemetry);
      RetryableException waits =
          assertThrows(
              RetryableException.class,
              () ->
                  writer.store(records(List.of(event("a", 1, Type.started, null))), this::reject));
      assertTrue(waits.getMessage().contains("create it"), waits.getMessage());
      assertEquals(List.of(), rejected);
    }
  }

  @Test
  void aTableThatIsMissingIsNotTheRowsFault() throws Exception {
    try (Telemetry telemetry = new Telemetry();
        Database database = new Database(server.config(Map.of()))) {
      IdentityWriter writer =
          new IdentityWriter(database, new EventStore(database.dataSource()), telemetry);
      server.execute("ALTER TABLE sighting RENAME TO elsewhere");
      try {
        assertThrows(
            RetryableException.class,
            () -> writer.store(records(List.of(event("a", 1, Type.started, null))), this::reject));
      } finally {
        server.execute("ALTER TABLE elsewhere RENAME TO sighting");
      }
      assertEquals(List.of(), rejected);
      assertEquals(0, server.count("identity_event"));
    }
  }
}
