package org.facestream.deploy.people;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.sink.search.SearchUpkeep;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.FaceStore;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Forgets one of ten people among ten thousand sightings ({@code -Dfacestream.sightings=10000})
 * with crops and descriptors, and looks for what is left: in every table, and in every byte of the
 * files of PostgreSQL, the search index, Kafka, exports and the audit trail.
 */
@Tag("long")
class ErasureTest {
  private static final int SIGHTINGS = Integer.getInteger("facestream.sightings", 10_000);
  private static final int PEOPLE = 10;
  private static final int DAYS = 7;
  private static final int AT_ONCE = 500;
  private static final String NAME = "Ermintrude Quackenbush";
  private static final String ID = "ermintrude-quackenbush";

  /** In all pictures of the person, and in no other; as many bytes as no chance makes. */
  private static final byte[] PICTURE = random(1, 32);

  /** The first values of all descriptors of the person. */
  private static final float[] VALUES = {.1234567f, .2345678f, .3456789f, .4567891f, .5678912f};

  @TempDir Path folder;

  private final Map<String, String> settings = new LinkedHashMap<>();
  private EmbeddedDatabase database;

  private static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private CommandLineRun done(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    settings.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.out() + run.err());
    return run;
  }

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void nothingIsLeftOfAForgottenPersonButTheHash() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
        EmbeddedDatabase opened = new EmbeddedDatabase(folder.resolve("postgres"), 0);
        Telemetry telemetry = new Telemetry()) {
      database = opened;
      settings.put("kafka.bootstrap-servers", kafka.bootstrapServers());
      settings.put("kafka.replication", "1");
      settings.put("kafka.partitions", "2");
      settings.put("gallery.audit-file", folder.resolve("audit.log").toString());
      settings.putAll(database.settings());
      Settings configured = new Configuration(Optional.empty(), Map.of(), settings).settings();
      enrol(new KafkaClients(configured.get(KafkaConfig.class)));
      try (Database store = new Database(configured.get(StoreConfig.class));
          SearchUpkeep search = new SearchUpkeep(folder.resolve("search"), store, telemetry)) {
        store.check();
        long crops = store(store);
        search.follow();
        done("people", "export", NAME, folder.resolve("export").toString());
        for (String place : List.of("postgres", "search", "export", "kafka")) {
          assertTrue(!filesWithTraces(place).isEmpty(), place);
        }
        System.out.printf(
            Locale.ROOT,
            "erasure: %d sightings with %d crops, of which the person has a tenth; database %d MB%n",
            SIGHTINGS,
            crops,
            Long.parseLong(query("SELECT pg_database_size(current_database()) >> 20")));

        long begin = System.nanoTime();
        CommandLineRun forgotten = done("people", "forget", NAME);
        System.out.printf(
            Locale.ROOT, "erasure: %.1f s; %s", (System.nanoTime() - begin) / 1e9, forgotten.out());
        search.follow();
        done("people", "unfinished");

        System.out.println("erasure: rows with the name or id: " + rowsWithTraces());
        for (String place : List.of("postgres", "search", "export", "audit.log")) {
          System.out.printf("erasure: files in %s: %s%n", place, filesWithTraces(place));
        }
        assertEquals(List.of(), rowsWithTraces());
        for (String place : List.of("postgres", "search", "export", "audit.log")) {
          assertEquals(List.of(), filesWithTraces(place), place);
        }
        await()
            .atMost(Duration.ofMinutes(3))
            .pollInterval(Duration.ofSeconds(1))
            .until(() -> filesWithTraces("kafka").isEmpty());
        System.out.printf(
            Locale.ROOT,
            "erasure: nothing in Kafka's files after %.1f s; left: %s hashes%n",
            (System.nanoTime() - begin) / 1e9,
            query("SELECT count(*) FROM forgotten_person"));
        assertEquals(
            String.valueOf(SIGHTINGS), query("SELECT count(*) FROM sighting"), "of nobody known");
      }
    }
  }

  /** A picture, and a counter-example that excludes the person. */
  private static void enrol(KafkaClients clients) throws Exception {
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (boolean denies : new boolean[] {false, true}) {
        Reference reference =
            ReferenceBuilder.builder()
                .faceId("reference-" + denies)
                .personId(ID)
                .name(NAME)
                .model("m")
                .descriptor(descriptor(true, 0))
                .thumbnail(denies ? new byte[0] : picture(true, 0))
                .quality(1)
                .source("test")
                .enrolledAt(Instant.now())
                .denies(denies ? true : null)
                .build();
        producer.send(GalleryTopic.toRecord(clients.name(GalleryTopic.TOPIC), reference)).get();
      }
    }
  }

  private long store(Database store) throws Exception {
    Instant begin = Instant.now().minus(Duration.ofDays(DAYS));
    long crops = 0;
    for (int from = 0; from < SIGHTINGS; from += AT_ONCE) {
      List<IdentityEvent> events = new ArrayList<>();
      List<Face> faces = new ArrayList<>();
      List<Match> matches = new ArrayList<>();
      for (int i = from; i < Math.min(SIGHTINGS, from + AT_ONCE); i++) {
        boolean person = i % PEOPLE == 0;
        Instant seen = begin.plus(Duration.ofDays(DAYS).multipliedBy(i).dividedBy(SIGHTINGS));
        events.add(event("gate-" + i, person ? ID : "other-" + i % PEOPLE, seen));
        for (int j = 0; j < 3; j++) {
          Face face = face("gate-" + i, j, seen.plusMillis(j * 300L), picture(person, 3 * i + j));
          faces.add(face);
          matches.add(match(face, descriptor(person, 3 * i + j)));
        }
      }
      new EventStore(store.dataSource()).store(events);
      crops += new FaceStore(store.dataSource(), 3).store(faces, matches).crops();
    }
    query(
        "INSERT INTO correction (actor, kind, track, person_id) VALUES"
            + " ('guard', 'is_not', 'gate-1', '"
            + ID
            + "') RETURNING 1");
    return crops;
  }

  /** Nothing compresses it. */
  private static byte[] picture(boolean person, long seed) {
    byte[] bytes = random(100 + seed, 4_000);
    for (int at = 0; person && at + PICTURE.length <= bytes.length; at += 250) {
      System.arraycopy(PICTURE, 0, bytes, at, PICTURE.length);
    }
    return bytes;
  }

  private static float[] descriptor(boolean person, long seed) {
    Random random = new Random(seed);
    float[] values = new float[128];
    for (int i = 0; i < values.length; i++) {
      values[i] = person && i < VALUES.length ? VALUES[i] : (float) random.nextGaussian();
    }
    return values;
  }

  private static IdentityEvent event(String track, String person, Instant seen) {
    return IdentityEventBuilder.builder()
        .eventId(track + ".1")
        .type(IdentityEvent.Type.ended)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera("gate")
        .track(track)
        .revision(1)
        .firstSeen(seen)
        .lastSeen(seen.plusSeconds(1))
        .personId(person)
        .name(person.equals(ID) ? NAME : person)
        .distance(.3)
        .faces(3)
        .quality(.8)
        .score(.8)
        .box(new Box(1, 2, 30, 40))
        .model("m")
        .galleryVersion(1)
        .bestFace(track)
        .captureTime(seen)
        .build();
  }

  private static Face face(String track, int number, Instant captured, byte[] jpeg) {
    Point point = new Point(1, 2);
    Landmarks points = new Landmarks(point, point, point, point, point);
    return FaceBuilder.builder()
        .id(track + "-face-" + number)
        .camera("gate")
        .captureTime(captured)
        .track(track)
        .box(new Box(1, 2, 30, 40))
        .landmarks(points)
        .cropLandmarks(points)
        .quality(new Quality(.5f, 1, 1, 1, 1, 0, 0, 0))
        .jpeg(jpeg)
        .build();
  }

  private static Match match(Face face, float[] descriptor) {
    return MatchBuilder.builder()
        .faceId(face.id())
        .camera(face.camera())
        .track(face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .candidates(List.of())
        .threshold(1)
        .model("m")
        .descriptor(descriptor)
        .build();
  }

  private List<String> traces() {
    ByteBuffer values =
        ByteBuffer.allocate(VALUES.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.asFloatBuffer().put(VALUES);
    return List.of(
        new String(PICTURE, StandardCharsets.ISO_8859_1),
        new String(values.array(), StandardCharsets.ISO_8859_1),
        NAME,
        ID);
  }

  /**
   * Files in a place that hold a part of a picture or a descriptor of the person, the name or id.
   */
  private List<String> filesWithTraces(String place) throws Exception {
    List<String> names = List.of("picture", "descriptor", "name", "id");
    List<String> found = new ArrayList<>();
    List<Path> files;
    if (Files.notExists(folder.resolve(place))) {
      return found;
    }
    try (Stream<Path> walk = Files.walk(folder.resolve(place))) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String bytes;
      try {
        bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      } catch (NoSuchFileException removed) {
        continue;
      }
      for (int i = 0; i < names.size(); i++) {
        if (bytes.contains(traces().get(i))) {
          found.add(folder.relativize(file) + ": " + names.get(i));
        }
      }
    }
    return found;
  }

  /** Tables with a row that has the name or id in any column. */
  private List<String> rowsWithTraces() throws Exception {
    List<String> found = new ArrayList<>();
    String tables =
        query(
            "SELECT string_agg(oid::regclass::text, ',') FROM pg_class WHERE relkind IN ('r', 'p')"
                + " AND relnamespace = 'public'::regnamespace");
    for (String table : tables.split(",")) {
      String count =
          query(
              "SELECT count(*) FROM %1$s WHERE %1$s::text LIKE '%%%2$s%%' OR %1$s::text LIKE '%%%3$s%%'"
                  .formatted(table, NAME, ID));
      if (!count.equals("0")) {
        found.add(table + ": " + count);
      }
    }
    return found;
  }

  private String query(String query) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }
}
