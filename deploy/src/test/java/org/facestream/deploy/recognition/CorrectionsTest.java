package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
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
import org.apache.kafka.clients.producer.ProducerRecord;
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
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.MatchTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code facestream correct} on a broker, a database, a recognizer and a sink, with photographs: a
 * threshold that is much too high names a stranger, until a user says that it is not her.
 */
@Timeout(240)
class CorrectionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ENROLLED = 1;
  private static final int STRANGER = 3;

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;
  private static EmbeddedDatabase database;
  private static Mtcnn mtcnn;
  private static Path audit;
  private static KafkaClients clients;
  private static final Map<String, String> settings = new LinkedHashMap<>();
  private static int sequence;

  @BeforeAll
  static void open() {
    kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
    database = new EmbeddedDatabase(folder.resolve("postgres"), 0);
    mtcnn = new Mtcnn(Device.CPU, 1);
    audit = folder.resolve("audit.log");
    settings.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    settings.put("kafka.replication", "1");
    settings.put("kafka.partitions", "2");
    settings.put("gallery.audit-file", audit.toString());
    settings.put("worker.id", "only");
    settings.put("recognizer.model", "resnet34-128");
    settings.put("recognizer.device", "cpu");
    settings.put("recognizer.threads", "1");
    settings.put("recognizer.threshold", "1.1");
    settings.put("recognizer.track-timeout", "3s");
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

  private static CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    settings.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static String done(String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(0, run.exitCode(), run.out() + run.err());
    return run.out() + run.err();
  }

  private static String refused(String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(2, run.exitCode(), run.out() + run.err());
    return run.err();
  }

  private static Connection connect() throws Exception {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private static String query(String query) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private static String name(String track) throws Exception {
    return query("SELECT name FROM sighting WHERE track = '" + track + "'");
  }

  private static String crops(String track) throws Exception {
    return query("SELECT count(*) FROM sighting_face WHERE track = '" + track + "'");
  }

  /** A person in front of a camera: some faces, of which the database keeps crops. */
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
    await().atMost(PATIENCE).until(() -> name(track) != null);
    await().atMost(PATIENCE).until(() -> !crops(track).equals("0"));
  }

  private static List<Reference> entries() {
    return new People(clients).show("Ada").references();
  }

  @Test
  void theSameMistakeDoesNotComeBackAndEveryStatementCanBeTakenBack() throws Exception {
    Topics.ensure(clients, List.of(FaceTopic.TOPIC));
    Path picture = folder.resolve("ada.jpg");
    Files.write(picture, Portraits.photograph(ENROLLED));
    done("enroll", "--person", "Ada", picture.toString());
    try (Telemetry telemetry = new Telemetry();
        Stage recognizer = StageKind.recognizer.make(configured(), clients, telemetry);
        Stage sink = StageKind.sink.make(configured(), clients, telemetry)) {
      sink.start();
      recognizer.start();
      seen("door-1-1-0", STRANGER);
      assertEquals("Ada", name("door-1-1-0"));

      String denied = done("correct", "door-1-1-0", "--is-not", "ada");
      assertTrue(denied.contains("door-1-1-0: unknown (was Ada)"), denied);
      assertTrue(denied.contains("Learned: faces like this one do not count as Ada."), denied);
      assertEquals("unknown", name("door-1-1-0"));
      assertEquals(
          "corrected",
          query(
              "SELECT type FROM identity_event WHERE track = 'door-1-1-0'"
                  + " AND person_id IS NULL ORDER BY revision LIMIT 1"));
      List<Reference> counterExample =
          entries().stream().filter(Reference::counterExample).toList();
      assertEquals(1, counterExample.size());
      assertEquals(0, counterExample.get(0).thumbnail().length);
      assertTrue(counterExample.get(0).expiry().isAfter(Instant.now()));
      String shown = done("people", "show", "Ada");
      assertTrue(shown.contains("counter-example"), shown);
      assertTrue(shown.contains("1 picture in use: enrol another look"), shown);
      assertTrue(done("people", "list").contains("1 picture "));

      // Her picture attracts faces of somebody else.
      String since = Instant.now().minusSeconds(3_600).toString();
      CommandLineRun check = run("people", "check", "--seen-since", since);
      assertEquals(1, check.exitCode(), check.out() + check.err());
      assertTrue(check.out().startsWith("seen     Ada (ada)"), check.out());
      assertTrue(check.out().contains("nearest to faces seen of somebody else"), check.out());
      done("people", "check");

      // The same stranger, and Ada.
      seen("door-1-2-0", STRANGER);
      assertEquals("unknown", name("door-1-2-0"));
      seen("door-1-3-0", ENROLLED);
      assertEquals("Ada", name("door-1-3-0"));

      String both = refused("correct", "door-1-1-0", "--same-as", "door-1-2-0");
      assertTrue(both.contains("Both sightings are unknown: name one"), both);
      String same = done("correct", "door-1-3-0", "--same-as", "door-1-2-0");
      assertTrue(same.contains("door-1-2-0: Ada (was unknown)"), same);
      String undone = done("correct", "door-1-3-0", "--undo");
      assertTrue(undone.contains("door-1-2-0: unknown (was Ada)"), undone);
      String nothing = refused("correct", "door-1-3-0", "--undo");
      assertTrue(nothing.contains("nothing to undo"), nothing);

      String noFace = done("correct", "door-1-2-0", "--no-face");
      assertTrue(noFace.contains("door-1-2-0: unknown, no face (was unknown)"), noFace);
      assertEquals("0", crops("door-1-2-0"));
      assertEquals(
          "t", query("SELECT no_face AND faces_erased FROM sighting WHERE track = 'door-1-2-0'"));
      done("correct", "door-1-2-0", "--undo");
      assertEquals("f", query("SELECT no_face FROM sighting WHERE track = 'door-1-2-0'"));

      assertTrue(refused("correct", "door-9-9-0", "--is", "Ada").contains("no sighting"));
      assertTrue(refused("correct", "door-1-1-0", "--is", "Eve").contains("Nobody in the gallery"));
      assertTrue(refused("correct", "door-1-1-0", "--learn", "--undo").contains("--learn needs"));

      // An id of the year 1970, and one beyond all years.
      for (String track : List.of("door-2-1-0", "door-zzzzzzzzzzzzz-1-0")) {
        String none = refused("enroll", "--person", "Ada", "--track", track);
        assertTrue(none.contains("There is no face of the track '" + track + "'"), none);
      }

      // What was learned goes too.
      String back = done("correct", "door-1-1-0", "--undo");
      assertTrue(back.contains("door-1-1-0: Ada (was unknown)"), back);
      assertTrue(entries().stream().noneMatch(Reference::counterExample));

      CommandLineRun unlike = run("correct", "door-1-1-0", "--is", "Ada", "--learn");
      assertEquals(1, unlike.exitCode(), unlike.out() + unlike.err());
      assertTrue(unlike.err().contains("Nothing was learned (unlike)"), unlike.err());
      String learned =
          done(
              "correct",
              "door-1-1-0",
              "--is",
              "Ada",
              "--learn",
              "--confirm",
              "--consent",
              "case-17");
      assertTrue(learned.contains("Learned: the crop is a picture of Ada now."), learned);
      assertEquals(2, entries().size());
      assertEquals("case-17", entries().get(1).consent());
      assertTrue(entries().get(1).source().startsWith("camera door, face door-1-1-0"));
      done("correct", "door-1-1-0", "--undo");
      assertEquals(1, entries().size());

      // Once, however often it comes.
      String events = "SELECT count(*) FROM identity_event WHERE type = 'corrected'";
      String before = query(events);
      sendAgain();
      seen("door-1-4-0", ENROLLED);
      assertEquals(before, query(events));
      assertEquals("0", query("SELECT count(*) FROM sighting WHERE correction_due IS NOT NULL"));

      // A command that was killed before it could send it: the sink does.
      query(
          "WITH made AS (INSERT INTO correction (actor, kind, track, person_id) VALUES"
              + " ('guard', 'is_not', 'door-1-4-0', 'ada') RETURNING id)"
              + " UPDATE sighting SET correction_due = (SELECT id FROM made)"
              + " WHERE track = 'door-1-4-0' RETURNING 1");
      await().atMost(PATIENCE).until(() -> "unknown".equals(name("door-1-4-0")));

      // A sighting that is erased takes with it what was learned of it.
      seen("door-1-5-0", STRANGER);
      assertEquals("Ada", name("door-1-5-0"));
      done("correct", "door-1-5-0", "--is-not", "Ada");
      assertEquals(1, entries().stream().filter(Reference::counterExample).count());
      String ended = "SELECT ended FROM sighting WHERE track = 'door-1-5-0'";
      await().atMost(PATIENCE).until(() -> "t".equals(query(ended)));
      String erased = done("sightings", "erase", "door-1-5-0");
      assertTrue(erased.contains("and 1 entries of the gallery"), erased);
      assertTrue(entries().stream().noneMatch(Reference::counterExample));
      assertEquals(
          "0",
          query(
              "SELECT count(*) FROM correction WHERE track = 'door-1-5-0'"
                  + " AND (person_id IS NOT NULL OR gallery_entry IS NOT NULL)"));

      done("people", "forget", "Ada");
      assertEquals("0", query("SELECT count(*) FROM correction WHERE person_id IS NOT NULL"));
    }
    List<String> lines = Files.readAllLines(audit);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains(" correct ") && line.contains("is_not")));
    assertTrue(lines.stream().anyMatch(line -> line.contains(" deny ")));
    done("audit", "verify");
    settings.put("store.url", "jdbc:postgresql://127.0.0.1:1/none");
    CommandLineRun away = run("correct", "door-1-1-0", "--no-face");
    assertEquals(2, away.exitCode());
    assertTrue(away.err().contains("Nothing was changed"), away.err());
  }

  /** As if offsets were reset: every record of the matches topic that is a correction. */
  private static void sendAgain() throws Exception {
    List<ProducerRecord<String, byte[]>> all = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, MatchTopic.TOPIC)) {
      reader.readToEnd(
          record -> {
            if (record.headers().lastHeader("correction") != null) {
              all.add(
                  new ProducerRecord<>(
                      record.topic(),
                      record.partition(),
                      record.timestamp(),
                      record.key(),
                      record.value(),
                      record.headers()));
            }
          });
    }
    assertTrue(all.size() > 5, () -> new String(all.get(0).value(), StandardCharsets.UTF_8));
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (ProducerRecord<String, byte[]> record : all) {
        producer.send(record).get();
      }
    }
  }
}
