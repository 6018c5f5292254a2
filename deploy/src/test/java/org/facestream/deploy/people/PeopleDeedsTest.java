package org.facestream.deploy.people;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.embedded.SmallDisk;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.audit.AuditCheck;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.GalleryWriter;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.people.DeedUpkeep;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.FaceStore;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Forgetting, merging and renaming, with the database killed or cut off in the middle. */
@Timeout(240)
class PeopleDeedsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;
  private static EmbeddedDatabase database;

  @BeforeAll
  static void open() {
    kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
    database = new EmbeddedDatabase(folder.resolve("postgres"), 0);
  }

  @AfterAll
  static void close() {
    database.close();
    kafka.close();
  }

  /** A gallery of its own on the broker, and a trail of its own; the database is everybody's. */
  private final class Place {
    final Map<String, String> settings = new LinkedHashMap<>();
    final KafkaClients clients;
    final People people;

    Place(String prefix, Path audit) {
      settings.put("kafka.bootstrap-servers", kafka.bootstrapServers());
      settings.put("kafka.replication", "1");
      settings.put("kafka.partitions", "2");
      settings.put("kafka.topic-prefix", prefix);
      settings.put("gallery.audit-file", audit.toString());
      settings.putAll(database.settings());
      clients =
          KafkaClients.of(
              kafka.bootstrapServers(),
              Map.of("kafka.topic-prefix", prefix, "kafka.partitions", "2"));
      people = new People(clients);
    }

    Settings configured() {
      return new Configuration(Optional.empty(), Map.of(), settings).settings();
    }

    CommandLineRun run(String... arguments) {
      List<String> all = new ArrayList<>(List.of(arguments));
      settings.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
      return CommandLineRun.of(all.toArray(String[]::new));
    }

    CommandLineRun done(String... arguments) {
      CommandLineRun run = run(arguments);
      assertEquals(0, run.exitCode(), run.out() + run.err());
      return run;
    }

    void enrol(String faceId, String id, String name) throws Exception {
      Reference reference =
          ReferenceBuilder.builder()
              .faceId(faceId)
              .personId(id)
              .name(name)
              .model("m")
              .descriptor(new float[] {1})
              .thumbnail(new byte[1])
              .quality(1)
              .source("test")
              .enrolledAt(Instant.now())
              .build();
      try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
        producer.send(GalleryTopic.toRecord(clients.name(GalleryTopic.TOPIC), reference)).get();
      }
    }

    void see(String track, String id, String name) throws Exception {
      try (Database store = new Database(configured().get(StoreConfig.class))) {
        store.check();
        new EventStore(store.dataSource()).store(List.of(seen(track, id, name)));
      }
    }

    /** Runs it, and does something when it waits for the database after the gallery's part. */
    CommandLineRun brokenOff(Breaking breaking, String... arguments) throws Exception {
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("LOCK TABLE forgotten_person IN ACCESS EXCLUSIVE MODE");
        CompletableFuture<CommandLineRun> run = CompletableFuture.supplyAsync(() -> run(arguments));
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  assertTrue(!run.isDone(), () -> run.join().toString());
                  return query("SELECT count(*) FROM pg_locks WHERE NOT granted").equals("1");
                });
        breaking.run();
        CommandLineRun ended = run.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEquals(2, ended.exitCode(), ended.out() + ended.err());
        assertTrue(ended.err().contains("is not finished"), ended.err());
        return ended;
      }
    }
  }

  private interface Breaking {
    void run() throws Exception;
  }

  private static Connection connect() throws Exception {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private static String query(String query) throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  /** As by kill -9; and a new one in its place. */
  private static void killDatabase() throws Exception {
    Path pid = folder.resolve("postgres").resolve("data").resolve("postmaster.pid");
    ProcessHandle server =
        ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).strip())).orElseThrow();
    assertTrue(server.destroyForcibly());
    server.onExit().get(20, TimeUnit.SECONDS);
  }

  private static void startDatabase() {
    int port = database.port();
    database.close();
    database = new EmbeddedDatabase(folder.resolve("postgres"), port);
  }

  private static void cutOff() throws Exception {
    query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted");
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

  private static String name(String track) throws Exception {
    return query("SELECT name FROM sighting WHERE track = '" + track + "'");
  }

  @Test
  void aForgettingIsFinishedThoughTheDatabaseIsKilledInTheMiddle() throws Exception {
    Path audit = folder.resolve("killed.log");
    Place place = new Place("killed", audit);
    place.enrol("a1", "ada", "Ada L");
    place.enrol("b1", "bob", "Bob");
    place.see("killed", "ada", "Ada L");

    CommandLineRun broken =
        place.brokenOff(PeopleDeedsTest::killDatabase, "people", "forget", "ada l");
    assertTrue(broken.err().contains("Done: 1 pictures erased from the gallery"), broken.err());
    assertTrue(broken.err().contains("left: the sightings in PostgreSQL"), broken.err());
    assertTrue(place.people.find("ada").isEmpty());
    // Nothing new is begun while it is away.
    assertEquals(2, place.run("people", "forget", "Bob").exitCode());
    assertEquals(1, place.people.find("bob").size());

    startDatabase();
    assertEquals("Ada L", name("killed"));
    CommandLineRun left = place.run("people", "unfinished");
    assertEquals(1, left.exitCode());
    assertTrue(left.out().contains("forgetting ada"), left.out());

    CommandLineRun again = place.done("people", "forget", "Ada L");
    assertTrue(again.out().contains("1 pictures and the name in 1 sightings"), again.out());
    assertEquals("unknown", name("killed"));
    place.done("people", "unfinished");
    assertEquals("0", query("SELECT count(*) FROM unfinished_deed"));
    CommandLineRun nobody = place.run("people", "forget", "Ada L");
    assertEquals(2, nobody.exitCode());
    assertTrue(nobody.err().contains("Nobody in the gallery"), nobody.err());

    // That it was asked for, the gallery's part, and the database's.
    List<String> deeds =
        Files.readAllLines(audit).stream().map(line -> line.split(" ")[1]).toList();
    assertEquals(List.of("forget", "forget", "forget"), deeds);
    assertEquals(Optional.empty(), AuditCheck.of(audit).problem());
    place.done("audit", "verify");
    List<String> lines = Files.readAllLines(audit);
    Files.write(audit, lines.subList(1, 2));
    CommandLineRun removed = place.run("audit", "verify");
    assertEquals(1, removed.exitCode());
    assertTrue(removed.err().contains("before line 1 was changed or removed"), removed.err());
  }

  @Test
  void mergingAndRenamingAreRepeatedByTheFormerName() throws Exception {
    Place place = new Place("cut", folder.resolve("cut.log"));
    place.enrol("a1", "eve", "Eve");
    place.enrol("b1", "eva", "Eva");
    place.see("cut", "eve", "Eve");

    CommandLineRun broken =
        place.brokenOff(PeopleDeedsTest::cutOff, "people", "merge", "Eve", "Eva");
    assertTrue(broken.err().contains("Done: 1 pictures moved"), broken.err());
    assertEquals("Eve", name("cut"));
    CommandLineRun merged = place.done("people", "merge", "Eve", "Eva");
    assertTrue(merged.out().contains("1 pictures and 1 sightings"), merged.out());
    assertEquals("Eva", name("cut"));

    place.brokenOff(PeopleDeedsTest::cutOff, "people", "rename", "Eva", "Eva Neu");
    assertEquals("Eva", name("cut"));
    CommandLineRun renamed = place.done("people", "rename", "ＥＶＡ", "Eva Neu ");
    assertTrue(renamed.out().contains("in 1 sightings"), renamed.out());
    assertEquals("Eva Neu", name("cut"));
    place.done("people", "unfinished");
  }

  @Test
  void aSinkGoesOnWithWhatNobodyAsksForAgainAndLeavesWhoWasEnrolledSince() throws Exception {
    Place place = new Place("sink", folder.resolve("sink.log"));
    place.enrol("a1", "kim", "Kim");
    place.enrol("b1", "lee", "Lee");
    place.enrol("b2", "leo", "Leo");
    place.see("sink", "kim", "Kim");
    place.see("sunk", "lee", "Lee");
    Settings settings = place.configured();
    try (Database store = new Database(settings.get(StoreConfig.class))) {
      // Two commands that were killed right after the record, one of them before the gallery's
      // part.
      UnfinishedDeeds deeds = new UnfinishedDeeds(store);
      deeds.begin(
          Deed.of(
              Deed.Kind.forget,
              new Deed.Who("kim", "Kim"),
              Optional.empty(),
              place.people.galleryVersion()));
      deeds.begin(
          Deed.of(
              Deed.Kind.merge,
              new Deed.Who("lee", "Lee"),
              Optional.of(new Deed.Who("leo", "Leo")),
              place.people.galleryVersion()));
      place.people.merge("lee", "leo");
      place.enrol("a2", "kim", "Kim");

      try (Telemetry telemetry = new Telemetry();
          Stage sink = StageKind.sink.make(settings, place.clients, telemetry)) {
        sink.start();
        await().atMost(PATIENCE).until(() -> deeds.all().isEmpty());
        await()
            .atMost(PATIENCE)
            .until(() -> telemetry.scrape().contains("facestream_people_unfinished 0.0"));
      }
    }
    assertEquals("unknown", name("sink"));
    assertEquals("Leo", name("sunk"));
    List<Reference> left = place.people.find("kim").get(0).references();
    assertEquals(List.of("a2"), left.stream().map(Reference::faceId).toList());
    assertEquals(2, place.people.find("leo").get(0).references().size());
  }

  @Test
  void whatIsBegunAnewIsNotFinishedByWhoIsAtTheOneBefore() throws Exception {
    Place place = new Place("anew", folder.resolve("anew.log"));
    place.enrol("a1", "una", "Una");
    place.see("anew", "una", "Una");
    try (Database store = new Database(place.configured().get(StoreConfig.class))) {
      store.check();
      UnfinishedDeeds deeds = new UnfinishedDeeds(store);
      Deed.Who una = new Deed.Who("una", "Una");
      GalleryVersion then = place.people.galleryVersion();
      deeds.begin(Deed.of(Deed.Kind.forget, una, Optional.empty(), then));
      Deed held = deeds.all().get(0);
      try (UnfinishedDeeds.Hold hold = deeds.hold(held).orElseThrow()) {
        // She is enrolled again, and to be forgotten again.
        place.enrol("a2", "una", "Una");
        CommandLineRun asked = place.run("people", "forget", "Una");
        assertEquals(2, asked.exitCode());
        assertTrue(asked.err().contains("is recorded"), asked.err());
        assertThrows(StoreException.class, () -> deeds.galleryDone(held, 1, then));
        assertThrows(StoreException.class, () -> deeds.finish(held, rows -> {}));
        assertThrows(StoreException.class, () -> deeds.withdraw(held));
        assertEquals("Una", name("anew"));
      }
      PeopleDeeds sink = new PeopleDeeds(place.people, store, AuditTrail.NONE);
      assertEquals(2, sink.goOn(deeds.all().get(0)).orElseThrow().pictures());
      assertTrue(deeds.all().isEmpty());
    }
    assertTrue(place.people.find("una").isEmpty());
    assertEquals("unknown", name("anew"));
  }

  @Test
  void whatTheGalleryRefusesIsTriedLessAndLessOftenAndSaysWhy() throws Exception {
    Place place = new Place("refused", folder.resolve("refused.log"));
    place.enrol("a1", "max", "Max");
    place.enrol("b1", "mia", "Mia");
    try (Database store = new Database(place.configured().get(StoreConfig.class));
        Telemetry telemetry = new Telemetry()) {
      store.check();
      UnfinishedDeeds deeds = new UnfinishedDeeds(store);
      deeds.begin(
          new Deed(
              0,
              Deed.Kind.rename,
              new Deed.Who("max", "Max"),
              Optional.of(new Deed.Who("max", "Mia")),
              Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MICROS),
              place.people.galleryVersion(),
              OptionalInt.empty()));
      AtomicLong clock = new AtomicLong();
      DeedUpkeep upkeep = new DeedUpkeep(place.clients, AuditTrail.NONE, telemetry, clock::get);
      upkeep.run(store);
      CommandLineRun left = place.run("people", "unfinished");
      assertEquals(1, left.exitCode());
      assertTrue(left.out().contains("the gallery refuses it: "), left.out());

      place.people.forget("mia");
      clock.addAndGet(Duration.ofSeconds(4).toNanos());
      upkeep.run(store);
      assertEquals(1, deeds.all().size());
      clock.addAndGet(Duration.ofSeconds(7).toNanos());
      upkeep.run(store);
      assertTrue(deeds.all().isEmpty());
    }
    assertEquals("Mia", place.people.show("max").person().name());
  }

  /** A crop of a track, with its descriptor, as the sink stores them. */
  private static void picture(Database store, String track, byte[] jpeg) throws Exception {
    Instant now = Instant.parse("2026-11-25T10:00:00Z");
    Point point = new Point(1, 2);
    Landmarks points = new Landmarks(point, point, point, point, point);
    Face face =
        FaceBuilder.builder()
            .id(track + "-face")
            .camera("gate")
            .captureTime(now)
            .track(track)
            .box(new Box(1, 2, 30, 40))
            .landmarks(points)
            .cropLandmarks(points)
            .quality(new Quality(.5f, 1, 1, 1, 1, 0, 0, 0))
            .jpeg(jpeg)
            .build();
    Match match =
        MatchBuilder.builder()
            .faceId(face.id())
            .camera("gate")
            .track(track)
            .captureTime(now)
            .box(face.box())
            .candidates(List.of())
            .threshold(1)
            .model("m")
            .descriptor(new float[] {1, 2})
            .build();
    new FaceStore(store.dataSource(), 3).store(List.of(face), List.of(match));
  }

  /** Larger than a page, and compressed by nothing. */
  private static byte[] marker(long seed) {
    byte[] bytes = new byte[9_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Files of the database that hold any part of a marker. */
  private static List<String> filesWith(byte[] marker) throws Exception {
    List<String> found = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder.resolve("postgres"))) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String bytes;
      try {
        bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      } catch (NoSuchFileException removed) {
        continue;
      }
      for (int at = 0; at + 32 <= marker.length; at += 500) {
        String part = new String(marker, at, 32, StandardCharsets.ISO_8859_1);
        if (bytes.contains(part)) {
          found.add(file.getFileName().toString());
          break;
        }
      }
    }
    return found;
  }

  /** And not those of others. */
  @Test
  void theBytesOfAForgottenPersonsPicturesAreInNoFile() throws Exception {
    Path audit = folder.resolve("pictures.log");
    Place place = new Place("pictures", audit);
    place.enrol("a1", "ida", "Ida");
    place.enrol("b1", "udo", "Udo");
    byte[] idas = marker(1);
    byte[] udos = marker(2);
    byte[] strangers = marker(3);
    try (Database store = new Database(place.configured().get(StoreConfig.class))) {
      store.check();
      for (String person : List.of("ida", "udo")) {
        place.see(person + "-track", person, person.equals("ida") ? "Ida" : "Udo");
      }
      new EventStore(store.dataSource())
          .store(
              List.of(
                  seen("stranger", null, "unknown").with().type(IdentityEvent.Type.ended).build()));
      picture(store, "ida-track", idas);
      picture(store, "udo-track", udos);
      picture(store, "stranger", strangers);
    }
    for (byte[] marker : List.of(idas, udos, strangers)) {
      assertTrue(!filesWith(marker).isEmpty(), "the log holds it");
    }

    query(
        "INSERT INTO correction (actor, kind, track, person_id) VALUES"
            + " ('guard', 'is_not', 'stranger', 'ida') RETURNING 1");
    query(
        "INSERT INTO alert (id, rule, rule_name, track, camera, captured, outcome, whom, person_id,"
            + " name) VALUES ('night.ida-track', 'night', 'By night', 'ida-track', 'gate', now(),"
            + " 'raised', 'person:ida', 'ida', 'Ida') RETURNING 1");
    Path export = folder.resolve("pictures-export");
    place.done("people", "export", "Ida", export.toString());
    assertArrayEquals(idas, Files.readAllBytes(export.resolve("crop-1.jpg")));
    String crops = Files.readString(export.resolve("crops.json"));
    assertTrue(crops.contains("\"track\":\"ida-track\""), crops);
    assertTrue(crops.contains("\"descriptor\":\"AACAPwAAAEA=\""), crops);
    String visits = Files.readString(export.resolve("visits.json"));
    assertTrue(visits.contains("\"begun_by\":\"ida-track\""), visits);
    String corrections = Files.readString(export.resolve("corrections.json"));
    assertTrue(corrections.contains("\"kind\":\"is_not\",\"track\":\"stranger\""), corrections);
    String alerts = Files.readString(export.resolve("alerts.json"));
    assertTrue(alerts.contains("\"rule_name\":\"By night\""), alerts);
    Files.writeString(export.resolve("letter.txt"), "not an export's");
    Path moved = folder.resolve("pictures-moved");
    place.done("people", "export", "Ida", folder.resolve("pictures-second").toString());
    Files.move(folder.resolve("pictures-second"), moved);
    query(
        "INSERT INTO person_export (mark, person_id, host, folder) VALUES"
            + " (gen_random_uuid(), 'ida', 'elsewhere', '/exports/1') RETURNING 1");
    place.done("people", "export", "Udo", folder.resolve("pictures-udo").toString());
    Path pictures = folder.resolve("pictures-crops");
    CommandLineRun list =
        place.done("sightings", "--person", "IDA", "--json", "--crops", pictures.toString());
    assertTrue(list.out().contains("\"files\":[\"ida-track-face.jpg\"]"), list.out());
    assertArrayEquals(idas, Files.readAllBytes(pictures.resolve("ida-track-face.jpg")));

    CommandLineRun forgotten = place.done("people", "forget", "Ida");
    assertTrue(forgotten.out().contains("with 1 crops and 1 descriptors"), forgotten.out());
    try (Stream<Path> left = Files.list(export)) {
      assertEquals(List.of(export.resolve("letter.txt")), left.toList());
    }
    assertTrue(forgotten.out().contains("pictures-second is not there any more"), forgotten.out());
    String elsewhere = "is in /exports/1 on elsewhere, written";
    assertTrue(forgotten.out().contains(elsewhere), forgotten.out());
    assertTrue(place.done("people", "unfinished").out().contains(elsewhere));
    assertTrue(Files.exists(folder.resolve("pictures-udo").resolve("crop-1.jpg")));
    assertEquals("1", query("SELECT count(*) FROM person_export WHERE forgotten_at IS NOT NULL"));
    assertEquals(List.of(), filesWith(idas));
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT");
    }
    assertEquals(List.of(), filesWith(idas), "what was in memory only");
    assertTrue(!filesWith(udos).isEmpty());
    place.done("people", "unfinished");

    // One sighting of nobody known.
    assertEquals(2, place.run("sightings", "erase", "stranger", "nowhere").exitCode());
    assertEquals(2, place.run("sightings", "erase", "udo-track").exitCode());
    assertTrue(!filesWith(strangers).isEmpty());
    CommandLineRun erased = place.done("sightings", "erase", "stranger");
    assertTrue(
        erased.out().contains("1 sightings erased, with 1 crops, 1 descriptors and 0 entries"),
        erased.out());
    assertEquals(List.of(), filesWith(strangers));
    assertTrue(!filesWith(udos).isEmpty());
    assertTrue(Files.readString(audit).contains(" erase-sighting "), "it is written down");

    // A command that was cut off before the files were rewritten.
    query("INSERT INTO erased_day (day) VALUES ('2026-11-25') RETURNING 1");
    CommandLineRun left = place.run("people", "unfinished");
    assertEquals(1, left.exitCode());
    assertTrue(left.out().contains("database's files of 2026-11-25"), left.out());
    try (Database store = new Database(place.configured().get(StoreConfig.class));
        Telemetry telemetry = new Telemetry()) {
      store.check();
      new DeedUpkeep(place.clients, AuditTrail.NONE, telemetry).run(store);
    }
    place.done("people", "unfinished");
    CommandLineRun all = place.done("sightings", "--camera", "gate", "--from", "2026-11-25");
    assertTrue(all.out().contains("Udo (udo)"), all.out());
    assertTrue(!all.out().contains("Ida"), all.out());
  }

  @Test
  void nothingIsDoneThatCannotBeWrittenDown() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("small"), 1)) {
      Place place = new Place("full", disk.path().resolve("audit.log"));
      // A trail of before; of its last block little is left for further lines.
      Files.writeString(disk.path().resolve("audit.log"), "x".repeat(3_499) + "\n");
      place.enrol("a1", "joe", "Joe");
      place.see("full", "joe", "Joe");
      place.done("people", "watchlist", "Joe", "wanted");
      Path filling = disk.path().resolve("filling");
      fill(filling);
      for (List<String> deed :
          List.of(
              List.of("people", "watchlist", "Joe", "none"),
              List.of("people", "rename", "Joe", "Joseph"),
              List.of("people", "export", "Joe", folder.resolve("export").toString()),
              List.of("people", "forget", "Joe"))) {
        // What is left of the last block holds some lines.
        CommandLineRun run = place.run(deed.toArray(String[]::new));
        for (int runs = 0; run.exitCode() == 0; runs++) {
          assertTrue(runs < 20, () -> deed + " is done and not written down");
          run = place.run(deed.toArray(String[]::new));
        }
        assertTrue(run.err().contains("The audit trail"), run.err());
        assertEquals("Joe", place.people.show("joe").person().name());
        assertEquals("Joe", name("full"));
        assertTrue(Files.notExists(folder.resolve("export")));
      }
      place.done("audit", "verify");

      Files.delete(filling);
      place.done("people", "forget", "Joe");
      assertEquals("unknown", name("full"));
      place.done("people", "unfinished");
      place.done("audit", "verify");
    }
  }

  private static void fill(Path file) throws Exception {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      byte[] block = new byte[512];
      while (true) {
        out.write(block);
      }
    } catch (java.io.IOException full) {
      assertTrue(Files.size(file) > 0);
    }
  }

  /** As the recognizer keeps it of a track. */
  private static Reference look(String faceId, String visitor, int day, String track) {
    Instant seen = Instant.parse("2026-11-25T10:00:00Z").plus(Duration.ofDays(day));
    return ReferenceBuilder.builder()
        .faceId(faceId)
        .personId(visitor)
        .name(visitor)
        .model("m")
        .descriptor(new float[] {1})
        .thumbnail(new byte[0])
        .quality(1)
        .source(track)
        .enrolledAt(seen)
        .expiry(Instant.now().plus(Duration.ofDays(7)))
        .build();
  }

  @Test
  void visitorsAreListedIgnoredDiscardedAndForgotten() throws Exception {
    String ann = "visitor-00000000000a";
    String ben = "visitor-00000000000b";
    Place place = new Place("visitors", folder.resolve("visitors.log"));
    Topics.ensure(place.clients, List.of(VisitorTopic.TOPIC, MatchTopic.TOPIC));
    try (GalleryWriter writer = new GalleryWriter(place.clients, VisitorTopic.TOPIC)) {
      writer.put(List.of(look("a1", ann, 0, "v1"), look("a2", ann, 1, "v2")));
      writer.put(List.of(look("a3", ann, 2, "v4"), look("b1", ben, 0, "v3")));
      writer.put(List.of(look("b2", ben, 1, "v5")));
    }
    try (Database store = new Database(place.configured().get(StoreConfig.class))) {
      store.check();
      new EventStore(store.dataSource())
          .store(
              List.of(
                  seen("v1", null, "unknown").with().visitorId(ann).build(),
                  seen("v2", null, "unknown").with().visitorId(ann).camera("yard").build(),
                  seen("v3", null, "unknown").with().visitorId(ben).build(),
                  seen("v4", null, "unknown")));
      // What is no face is no look of a visitor.
      Corrections corrections =
          new Corrections(
              place.clients,
              place.people,
              new CorrectionStore(store.dataSource()),
              AuditTrail.NONE);
      corrections.noFace("v4");
      corrections.send("v4");
      assertEquals(
          List.of("a1", "a2"),
          place.people.visitors().list().get(0).references().stream()
              .map(Reference::faceId)
              .toList());
    }
    String list = place.done("visitors").out();
    assertTrue(list.contains(ann + "     2 sightings"), list);
    assertTrue(list.contains("gate, yard"), list);

    place.done("people", "ignore", ann, "--for", "90d");
    List<People.Entry> kept = place.people.visitors().list();
    assertEquals("ignored", kept.get(0).person().watchlist());
    assertEquals(null, kept.get(1).person().watchlist());
    assertTrue(
        kept.get(0).references().get(1).expiry().isAfter(Instant.now().plus(Duration.ofDays(89))));
    String json = place.done("visitors", "--json").out();
    assertTrue(json.contains("\"ignored\":true"), json);
    assertEquals(2, place.run("people", "ignore", "visitor-00000000000c").exitCode());
    assertEquals(2, place.run("people", "ignore", ann, "--for", "ever").exitCode());

    // One look stays, of nobody: what is near founds no visitor again.
    place.done("people", "discard", ben);
    People.Entry anchor = place.people.visitors().list().get(1);
    assertEquals("discarded", anchor.person().watchlist());
    assertEquals(List.of("b1"), anchor.references().stream().map(Reference::faceId).toList());
    assertEquals("0", query("SELECT count(*) FROM sighting WHERE visitor_id = '" + ben + "'"));

    CommandLineRun forgotten = place.done("people", "forget", ann);
    assertTrue(forgotten.out().contains("2 pictures and the name in 2 sightings"), forgotten.out());
    assertEquals(List.of(anchor), place.people.visitors().list());
    assertEquals("0", query("SELECT count(*) FROM identity_event WHERE visitor_id IS NOT NULL"));
    place.done("people", "unfinished");
    CommandLineRun again = place.run("people", "forget", ann);
    assertEquals(2, again.exitCode());
    assertTrue(again.err().contains("There is no visitor"), again.err());
  }
}
