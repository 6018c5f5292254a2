package org.facestream.deploy.command.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.deploy.stage.Configuration;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.PersonRecords;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The people commands against a broker and a database that run. */
@Tag("bare")
class PeopleCommandTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  private final List<String> settings = new ArrayList<>();

  private CommandLineRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(settings);
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private CommandLineRun done(String... arguments) {
    CommandLineRun run = run(arguments);
    assertEquals(0, run.exitCode(), run.out() + run.err());
    return run;
  }

  /** The deed, how many, and which part of it. */
  private static String inShort(String line) {
    String part =
        line.contains(" asked ") ? " asked" : line.contains(" records ") ? " records" : "";
    return line.split(" ")[1] + " " + line.replaceAll(".* count=(\\d+) .*", "$1") + part;
  }

  private static StoreConfig configured(Map<String, String> places) {
    return new Configuration(Optional.empty(), Map.of(), places).settings().get(StoreConfig.class);
  }

  private static void execute(Database database, String statement) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement one = connection.createStatement()) {
      one.execute(statement);
      connection.commit();
    }
  }

  private static IdentityEvent seen(String track, String person, String name) {
    Instant now = Instant.parse("2026-11-25T10:00:00Z");
    return IdentityEventBuilder.builder()
        .eventId(track + ".1")
        .type(IdentityEvent.Type.started)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera("gate")
        .track(track)
        .revision(1)
        .firstSeen(now)
        .lastSeen(now)
        .personId(person)
        .name(name)
        .distance(.3)
        .faces(2)
        .quality(.8)
        .score(.8)
        .box(new Box(1, 2, 30, 40))
        .model("m")
        .galleryVersion(1)
        .bestFace(track)
        .captureTime(now)
        .build();
  }

  @Test
  void peopleAreEnrolledOnTermsMergedExportedAndForgottenAndItIsWrittenDown() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    Path audit = folder.resolve("trail").resolve("audit.log");
    Path people = folder.resolve("people");
    List<DemoPerson> known = DemoPeople.enrolled().subList(0, 2);
    for (int i = 0; i < 2; i++) {
      Path own = Files.createDirectories(people.resolve("=Ada " + i));
      Files.write(own.resolve("portrait.jpg"), DemoPeople.portrait(known.get(i)));
      Files.writeString(own.resolve("words.jpg"), "no picture");
    }
    try (EmbeddedKafka kafka = new EmbeddedKafka(data.resolve("kafka"), 0);
        EmbeddedDatabase database = new EmbeddedDatabase(data.resolve("postgres"), 0)) {
      Map<String, String> places = database.settings();
      places.forEach((key, value) -> settings.addAll(List.of("--set", key + "=" + value)));
      for (String setting :
          List.of(
              "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
              "kafka.replication=1",
              "gallery.audit-file=" + audit,
              "gallery.require-consent=true",
              "gallery.max-validity=30d")) {
        settings.addAll(List.of("--set", setting));
      }

      CommandLineRun without = run("enroll", people.toString());
      assertEquals(2, without.exitCode());
      assertTrue(without.err().contains("--consent"), without.err());
      Path report = folder.resolve("report.csv");
      CommandLineRun enroll =
          done("enroll", people.toString(), "--consent", "case-17", "--report", report.toString());
      assertTrue(enroll.out().contains("2 of 4 pictures enrolled, of 2 people."), enroll.out());
      assertTrue(enroll.out().contains("2 refused: not-a-picture"), enroll.out());
      List<String> lines = Files.readAllLines(report);
      assertEquals(5, lines.size());
      assertEquals("'=Ada 0/portrait.jpg,'=Ada 0,enrolled,,", lines.get(1));
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(report)));

      JsonNode list = JSON.readTree(done("people", "list", "--json").out());
      assertEquals(2, list.size());
      JsonNode reference = list.get(0).get("references").get(0);
      assertEquals("case-17", reference.get("consent").asText());
      assertTrue(
          Instant.parse(reference.get("expiry").asText())
              .isAfter(Instant.now().plusSeconds(29 * 86_400)));
      assertFalse(reference.has("descriptor"));

      try (Database store = new Database(configured(places))) {
        store.check();
        EventStore events = new EventStore(store.dataSource());
        events.store(List.of(seen("t", "ada-0", "=Ada 0"), seen("u", "ada-1", "=Ada 1")));
        done("people", "watchlist", "ada-1", "none");
        CommandLineRun merge = done("people", "merge", "=Ada 0", "ada-1");
        assertTrue(merge.out().contains("1 pictures and 1 sightings"), merge.out());
        visitsAreListed();
        events.store(List.of(seen("late", "ada-0", "=Ada 0")));

        Path broken = folder.resolve("broken");
        execute(store, "ALTER TABLE identity_event RENAME COLUMN first_seen TO lost");
        assertEquals(1, run("people", "export", "ada-1", broken.toString()).exitCode());
        assertFalse(Files.exists(broken), "half an export stays");
        execute(store, "ALTER TABLE identity_event RENAME COLUMN lost TO first_seen");
      }
      CommandLineRun again = done("people", "merge", "ada-0", "ada-1");
      assertTrue(again.out().contains("0 pictures and 1 sightings"), again.out());
      assertEquals(2, run("people", "merge", "ada-0", "ada-1").exitCode());

      CommandLineRun rename = done("people", "rename", "ada-1", "Ada Lovelace");
      assertTrue(rename.out().contains("Ada Lovelace, in 3 sightings"), rename.out());
      // Nothing that has the name already counts.
      rename = done("people", "rename", "ADA lovelace", " Ada Lovelace ");
      assertTrue(rename.out().contains("in 0 sightings"), rename.out());

      Path export = Files.createDirectory(folder.resolve("export"));
      done("people", "export", "ada-1", export.toString());
      try (Stream<Path> files = Files.list(export)) {
        assertEquals(
            List.of(
                ".facestream-export",
                "alerts.json",
                "corrections.json",
                "crops.json",
                "events.json",
                "person.json",
                "picture-1.jpg",
                "picture-2.jpg",
                "sightings.json",
                "visits.json"),
            files.map(file -> file.getFileName().toString()).sorted().toList());
      }
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(export)));
      JsonNode person = JSON.readTree(export.resolve("person.json").toFile());
      assertEquals(2, person.get("references").size());
      assertTrue(person.get("references").get(0).get("descriptor").binaryValue().length >= 512);
      JsonNode sightings = JSON.readTree(export.resolve("sightings.json").toFile());
      assertEquals(3, sightings.size());
      JsonNode recorded = JSON.readTree(export.resolve("events.json").toFile());
      assertEquals(3, recorded.size());
      for (int i = 0; i < 3; i++) {
        assertEquals("Ada Lovelace", sightings.get(i).get("name").asText());
        assertEquals("Ada Lovelace", recorded.get(i).get("name").asText());
      }
      assertEquals(2, run("people", "export", "ada-1", export.toString()).exitCode());

      CommandLineRun expire = done("people", "expire");
      assertTrue(expire.out().contains("0 expired pictures of 0 people"), expire.out());
      CommandLineRun forget = done("people", "forget", "ada-1");
      assertTrue(forget.out().contains("the name in 3 sightings"), forget.out());

      // Of who was merged into her, stored after all that.
      try (Database store = new Database(configured(places))) {
        store.check();
        EventStore events = new EventStore(store.dataSource());
        events.store(List.of(seen("later", "ada-0", "=Ada 0")));
        CommandLineRun late = done("people", "forget", "ada-0");
        assertTrue(late.out().contains("0 pictures and the name in 1 sightings"), late.out());
        assertEquals(2, run("people", "forget", "ada-0").exitCode());
        events.store(List.of(seen("latest", "ada-0", "=Ada 0")));
        PersonRecords records = new PersonRecords(store.dataSource());
        assertFalse(records.has("ada-0"));
        // A merge that had looked at the gallery before she was forgotten.
        events.store(List.of(seen("last", "ada-2", "=Ada 2")));
        assertTrue(records.merge("ada-2", "ada-1", "=Ada 1", GalleryVersion.ofNumber(0)).isEmpty());
        assertTrue(records.has("ada-2"));
      }
      picturesAreCheckedSetAsideAndRestored(known);
    }
    List<String> deeds = Files.readAllLines(audit);
    assertEquals(
        List.of(
            "enrol 1",
            "enrol 1",
            "watchlist 1",
            "merge 0 asked",
            "merge 1",
            "merge 2 records",
            "export 2",
            "merge 0 asked",
            "merge 2 records",
            "rename 0 asked",
            "rename 2",
            "rename 6 records",
            "rename 0 asked",
            "rename 2",
            "export 2",
            "forget 0 asked",
            "forget 2",
            "forget 6 records",
            "forget 0 asked",
            "forget 2 records",
            "enrol 1",
            "enrol 1",
            "set-aside 1",
            "restore 1"),
        deeds.stream().map(PeopleCommandTest::inShort).toList());
    assertTrue(deeds.get(0).contains("consent=\"case-17\""), deeds.get(0));
    // A digest may hold these letters.
    assertTrue(
        deeds.stream()
            .map(line -> line.replaceAll("[0-9a-f]{64}", ""))
            .noneMatch(line -> line.contains("ada")),
        deeds::toString);
  }

  /** Two people who are one since the merge, seen at the same time. */
  private void visitsAreListed() throws Exception {
    JsonNode visits = JSON.readTree(done("visits", "--person", "ada-1", "--json").out());
    assertEquals(1, visits.size());
    assertEquals(2, visits.get(0).get("sightings").asInt());
    assertEquals("2026-11-25T10:00:00.000Z", visits.get(0).get("firstSeen").asText());
    assertEquals("gate", visits.get(0).get("stops").get(0).get("camera").asText());
    assertFalse(visits.get(0).has("visitorId"));
    String from = "2026-11-25T10:00:00Z";
    assertTrue(done("visits", "--from", from, "--to", from).out().contains("=Ada 1 (ada-1)  gate"));
    assertTrue(done("visits", "--camera", "door").err().contains("No visits."));
    for (String[] wrong :
        new String[][] {
          {"visits", "--person", "nobody"},
          {"visits", "--from", "yesterday"},
          {"visits", "--from", from, "--to", "2026-11-25T09:59:59Z"},
          {"visits", "--limit", "0"}
        }) {
      assertEquals(2, run(wrong).exitCode(), String.join(" ", wrong));
    }
  }

  private void picturesAreCheckedSetAsideAndRestored(List<DemoPerson> two) throws Exception {
    assertTrue(done("people", "check").out().contains("0 pictures of 0 people checked"));
    Path pictures = Files.createDirectories(folder.resolve("both"));
    for (int i = 0; i < 2; i++) {
      Files.write(pictures.resolve(i + ".jpg"), DemoPeople.portrait(two.get(i)));
    }
    done("enroll", "--person", "Bob", pictures.resolve("0.jpg").toString(), "--consent", "case-18");
    assertTrue(done("people", "check").out().contains("1 people have a single picture in use"));
    done(
        "enroll",
        "--person",
        "Bob",
        pictures.resolve("1.jpg").toString(),
        "--consent",
        "case-18",
        "--confirm");
    // Which of the two is wrong, nobody can know.
    CommandLineRun check = run("people", "check", "--set-aside", "--json");
    assertEquals(1, check.exitCode(), check.out() + check.err());
    JsonNode health = JSON.readTree(check.out());
    assertEquals("divided", health.get("findings").get(1).get("doubt").asText());
    assertFalse(health.get("findings").get(1).get("setAside").asBoolean());
    String faceId = health.get("findings").get(1).get("faceId").asText();
    assertEquals(2, run("people", "check", "--set-aside", "--picture", faceId).exitCode());
    assertEquals(2, run("people", "check", "--set-aside", "--restore").exitCode());
    assertEquals(2, run("people", "check", "bob", "--restore", "--picture", faceId).exitCode());
    done("people", "check", "bob", "--set-aside", "--picture", faceId);
    assertTrue(done("people", "show", "bob").out().contains("set aside (chosen)"));
    assertTrue(done("people", "list").out().contains("2 pictures (1 set aside)"));
    assertTrue(done("people", "check").out().contains("1 pictures of 1 people checked: 0 likely"));
    assertTrue(done("people", "check", "--restore").out().contains("1 pictures in use again."));
    // The user kept that one, so the other one is the doubtful one.
    check = run("people", "check");
    assertEquals(1, check.exitCode());
    assertTrue(check.out().startsWith("unlike   Bob (bob)"), check.out());
    assertFalse(check.out().contains(faceId), check.out());
  }
}
