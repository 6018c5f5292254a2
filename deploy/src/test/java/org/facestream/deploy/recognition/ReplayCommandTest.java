package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.Portraits;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.People;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code facestream replay} and {@code people name} on a broker, a database, a recognizer and a
 * sink, with photographs.
 */
@Timeout(240)
@Tag("long")
class ReplayCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ENROLLED = 1;
  private static final int STRANGER = 3;

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;
  private static EmbeddedDatabase database;
  private static Mtcnn mtcnn;
  private static KafkaClients clients;
  private static final Map<String, String> settings = new LinkedHashMap<>();
  private static int sequence;

  @BeforeAll
  static void open() {
    kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
    database = new EmbeddedDatabase(folder.resolve("postgres"), 0);
    mtcnn = new Mtcnn(Device.CPU, 1);
    settings.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    settings.put("kafka.replication", "1");
    settings.put("kafka.partitions", "2");
    settings.put("gallery.audit-file", folder.resolve("audit.log").toString());
    settings.put("worker.id", "only");
    settings.put("recognizer.model", "resnet34-128");
    settings.put("recognizer.device", "cpu");
    settings.put("recognizer.threads", "1");
    settings.put("recognizer.threshold", "1.1");
    settings.put("recognizer.track-timeout", "3s");
    settings.put("recognizer.visitors", "true");
    settings.putAll(database.settings());
    clients = new KafkaClients(configured().get(KafkaConfig.class));
  }

  @AfterAll
  static void close() {
    mtcnn.close();
    database.close();
    kafka.close();
  }

  private static Settings configured() {
    return new Configuration(Optional.empty(), Map.of(), settings).settings();
  }

  private static CommandLineRun run(Map<String, String> others, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    Map<String, String> used = new LinkedHashMap<>(settings);
    used.putAll(others);
    used.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static String done(String... arguments) {
    CommandLineRun run = run(Map.of(), arguments);
    assertEquals(0, run.exitCode(), run.out() + run.err());
    return run.out();
  }

  private static String refused(String... arguments) {
    CommandLineRun run = run(Map.of(), arguments);
    assertEquals(2, run.exitCode(), run.out() + run.err());
    return run.err();
  }

  private static String query(String query) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private static String name(String track) throws Exception {
    return query("SELECT name FROM sighting WHERE track = '" + track + "'");
  }

  /** Everything that a replay must not touch. */
  private static String stored() throws Exception {
    return query(
        "SELECT (SELECT string_agg(sighting::text, '') FROM (SELECT * FROM sighting ORDER BY track)"
            + " sighting) || (SELECT count(*) FROM identity_event) || (SELECT count(*) FROM"
            + " correction)");
  }

  /** A person in front of a camera, of whom all is stored in the end. */
  private static void seen(String track, int person) throws Exception {
    Instant begin = Instant.now();
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        Face face =
            SeenFaces.seen(
                mtcnn, person, .7 + i * .1, "door", track, ++sequence, begin.plusMillis(i * 200L));
        producer
            .send(FaceTopic.toRecord(clients.name(FaceTopic.TOPIC), SeenFaces.cropped(face)))
            .get();
      }
    }
    String ended = "SELECT ended FROM sighting WHERE track = '" + track + "'";
    await().atMost(PATIENCE).until(() -> "t".equals(query(ended)));
    String described =
        "SELECT count(*) FROM sighting_face JOIN face_descriptor USING (day, row_id)"
            + " JOIN face_picture USING (day, row_id) WHERE track = '"
            + track
            + "'";
    await().atMost(PATIENCE).until(() -> query(described).equals("3"));
  }

  private static List<JsonNode> lines(String json) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : json.lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void reportsWhatWouldBeDecidedDifferentlyAndWritesItWhenAsked() throws Exception {
    Topics.ensure(clients, List.of(FaceTopic.TOPIC));
    assertTrue(refused("replay").contains("Nobody is enrolled"));
    Path picture = folder.resolve("ada.jpg");
    Files.write(picture, Portraits.photograph(ENROLLED));
    done("enroll", "--person", "Ada", picture.toString());
    try (Telemetry telemetry = new Telemetry();
        Stage sink = StageKind.sink.make(configured(), clients, telemetry)) {
      sink.start();
      try (Stage recognizer = StageKind.recognizer.make(configured(), clients, telemetry)) {
        recognizer.start();
        seen("door-1-1-0", STRANGER);
        seen("door-1-2-0", ENROLLED);
        seen("door-1-3-0", STRANGER);
        assertEquals("Ada", name("door-1-1-0"));
        replays();
      }
      // As it would be without the wrong threshold.
      settings.remove("recognizer.threshold");
      try (Stage recognizer = StageKind.recognizer.make(configured(), clients, telemetry)) {
        recognizer.start();
        names();
      }
    }
    done("audit", "verify");
  }

  private static void replays() throws Exception {
    String before = stored();
    String same = done("replay");
    assertTrue(same.contains("0 of 3 replayed sightings"), same);
    String lower = done("replay", "--threshold", "0.6");
    assertTrue(lower.contains("lost     Ada (ada) -> unknown  3 faces  door-1-1-0"), lower);
    assertTrue(lower.contains("2 of 3 replayed"), lower);
    assertTrue(lower.contains("names won 0, lost 2, changed 0"), lower);
    assertTrue(done("replay", "--camera", "yard").contains("0 of 0 replayed"));
    assertTrue(done("replay", "--to", "2026-01-01").contains("0 of 0 replayed"));
    assertTrue(refused("replay", "--threshold", "9").contains("give a distance above 0"));

    // Another model describes the stored crops.
    String nobody = refused("replay", "--model", "mobilefacenet");
    assertTrue(nobody.contains("none that was described by mobilefacenet"), nobody);
    assertTrue(refused("replay", "--model", "none").contains("is not known"));
    CommandLineRun enrolled =
        run(
            Map.of("recognizer.model", "mobilefacenet", "recognizer.threshold", "0.9"),
            "enroll",
            "--person",
            "Ada",
            folder.resolve("ada.jpg").toString());
    assertEquals(0, enrolled.exitCode(), enrolled.out() + enrolled.err());
    List<JsonNode> other = lines(done("replay", "--model", "mobilefacenet", "--json"));
    assertEquals(3, other.size(), other.toString());
    assertEquals("door-1-1-0", other.get(0).path("track").asText());
    assertEquals("lost", other.get(0).path("change").asText());
    assertEquals("ada", other.get(0).path("personId").asText());
    assertEquals("unknown", other.get(0).path("newName").asText());
    JsonNode summary = other.get(2).path("summary");
    assertEquals("mobilefacenet", summary.path("model").asText());
    assertEquals(3, summary.path("replayed").asInt());
    assertEquals(2, summary.path("lost").asInt());
    assertEquals(before, stored());

    // What is not stored any more.
    query(
        "DELETE FROM face_descriptor USING sighting_face face WHERE face_descriptor.row_id ="
            + " face.row_id AND track = 'door-1-3-0' RETURNING 1");
    assertTrue(done("replay").contains("0 of 3 replayed"));
    query(
        "DELETE FROM face_picture USING sighting_face face WHERE face_picture.row_id ="
            + " face.row_id AND track = 'door-1-3-0' RETURNING 1");
    String without = done("replay");
    assertTrue(without.contains("0 of 2 replayed"), without);
    assertTrue(without.contains("1 sighting with neither a crop nor a descriptor"), without);
    query("DELETE FROM sighting_face WHERE track = 'door-1-3-0' RETURNING 1");
    assertTrue(done("replay").contains("1 sighting of which no face is stored"));

    // Written, once, and taken back.
    String applied = done("replay", "--threshold", "0.6", "--apply");
    assertTrue(applied.contains("1 corrections written"), applied);
    await().atMost(PATIENCE).until(() -> "unknown".equals(name("door-1-1-0")));
    assertEquals("Ada", name("door-1-2-0"));
    String again = done("replay", "--threshold", "0.6", "--apply");
    assertTrue(again.contains("1 sighting corrected by users"), again);
    assertTrue(again.contains("0 corrections written"), again);
    assertEquals("1", query("SELECT count(*) FROM correction"));
    String left = done("replay");
    assertTrue(left.contains("0 of 1 replayed"), left);
    assertTrue(Files.readString(folder.resolve("audit.log")).contains("is_not"));
    done("correct", "door-1-1-0", "--undo");
    assertEquals("Ada", name("door-1-1-0"));
  }

  private static void names() throws Exception {
    seen("door-2-1-0", STRANGER);
    seen("door-2-2-0", STRANGER);
    String visitor = query("SELECT visitor_id FROM sighting WHERE track = 'door-2-1-0'");
    assertTrue(visitor != null && visitor.startsWith("visitor-"), visitor);
    assertEquals(visitor, query("SELECT visitor_id FROM sighting WHERE track = 'door-2-2-0'"));
    assertTrue(refused("people", "name", "visitor-000000000000", "Eve").contains("no visitor"));
    assertTrue(
        run(Map.of("gallery.require-consent", "true"), "people", "name", visitor, "Eve").exitCode()
            == 2);

    // None passes: nothing is changed.
    String before = stored();
    CommandLineRun none =
        run(Map.of("gallery.min-face-size", "4000"), "people", "name", visitor, "Eve");
    assertEquals(2, none.exitCode(), none.out() + none.err());
    assertTrue(none.err().contains("No stored crop of the visitor can be enrolled"), none.err());
    assertEquals(before, stored());
    assertTrue(new People(clients).find("Eve").isEmpty());

    // A recognizer would not take somebody who is ignored for Ada.
    String wrong = done("replay", "--threshold", "1.1");
    assertTrue(wrong.contains("names won 2, lost 0, changed 0"), wrong);
    done("people", "ignore", visitor);
    String ignored = done("replay", "--threshold", "1.1");
    assertTrue(ignored.contains("names won 0, lost 1, changed 0"), ignored);

    // As if the command had been killed after its first correction.
    Path eve = folder.resolve("eve.jpg");
    Files.write(eve, Portraits.photograph(STRANGER));
    done("enroll", "--person", "Eve", eve.toString(), "--consent", "case-9");
    done("correct", "door-2-1-0", "--is", "Eve");
    String named = done("people", "name", visitor, "Eve", "--consent", "case-9");
    assertTrue(named.contains(visitor + " is Eve (eve): "), named);
    assertTrue(named.contains(" 2 sightings corrected, "), named);
    await().atMost(PATIENCE).until(() -> "Eve".equals(name("door-2-1-0")));
    await().atMost(PATIENCE).until(() -> "Eve".equals(name("door-2-2-0")));
    List<Reference> references = new People(clients).show("Eve").references();
    assertTrue(references.size() > 1 && references.size() <= 1 + 5, references.toString());
    assertTrue(references.stream().allMatch(each -> "case-9".equals(each.consent())));
    assertTrue(!new People(clients).visitors().has(visitor));
    assertEquals("0", query("SELECT count(*) FROM identity_event WHERE visitor_id IS NOT NULL"));
    assertEquals("2", query("SELECT count(*) FROM correction WHERE person_id = 'eve'"));
    assertTrue(refused("people", "name", visitor, "Eve").contains("no visitor"));
    seen("door-2-3-0", STRANGER);
    assertEquals("Eve", name("door-2-3-0"));
  }
}
