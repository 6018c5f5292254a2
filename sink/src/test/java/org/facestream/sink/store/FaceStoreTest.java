package org.facestream.sink.store;

import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Faces.face;
import static org.facestream.sink.store.Faces.match;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.facestream.detector.face.Face;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.Match;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FaceStoreTest {
  /** Ten minutes before midnight. */
  private static final Instant EVENING = Instant.parse("2026-11-22T23:50:00.123456Z");

  private static final String ALL =
      """
      SELECT face.track, face.face_id, encode(jpeg, 'escape'), encode(descriptor, 'hex')
          FROM sighting_face face LEFT JOIN face_picture USING (day, row_id)
          LEFT JOIN face_descriptor USING (day, row_id) ORDER BY face.track, capture_time""";

  @TempDir static Path folder;
  private static TestDatabase server;
  private static Database database;
  private static EventStore events;
  private static FaceStore faces;

  @BeforeAll
  static void open() throws Exception {
    server = new TestDatabase(folder).start();
    database = new Database(server.config(Map.of()));
    database.check();
    events = new EventStore(database.dataSource());
    faces = new FaceStore(database.dataSource(), CropChoice.MOST);
  }

  @AfterAll
  static void close() throws Exception {
    database.close();
    server.close();
  }

  @BeforeEach
  void empty() throws Exception {
    server.execute(
        "TRUNCATE identity_event, sighting, forgotten_person, sighting_face, face_picture,"
            + " face_descriptor, erased_day");
  }

  private static Instant second(int seconds) {
    return EVENING.plusSeconds(seconds);
  }

  private static IdentityEvent seen(String track, int revision, Type type, String person) {
    return event("gate", track, revision, type, person, second(1200 + revision));
  }

  /** Six faces of a track, over midnight; the third is the best, the second of those between. */
  private static List<Face> six(String track) {
    List<Face> six = new ArrayList<>();
    double[] qualities = {.5, .6, .9, .7, .2, .4};
    for (int i = 0; i < qualities.length; i++) {
      six.add(face(track, track + "-" + i, second(i * 240), qualities[i]));
    }
    return six;
  }

  /** Half precision of .5 and the quality, in little endian. */
  private static String row(String track, int face, String quality) {
    String id = track + "-" + face;
    return String.join("|", track, id, id, "0000003f" + quality);
  }

  private static final List<String> KEPT =
      List.of(row("a", 0, "0000003f"), row("a", 2, "6666663f"), row("a", 5, "cdcccc3e"));

  /** Events, faces and matches one by one, in hundreds of orders, each of them twice. */
  @Test
  void everyOrderOfArrivalGivesTheSameRows() throws Exception {
    Random random = new Random(12);
    for (int round = 0; round < 60; round++) {
      empty();
      List<Callable<Object>> arrivals = new ArrayList<>();
      List<Face> waitingFaces = new ArrayList<>();
      List<Match> waitingMatches = new ArrayList<>();
      for (Face face : six("a")) {
        for (int again = 0; again < 2; again++) {
          arrivals.add(() -> waitingFaces.add(face));
          arrivals.add(() -> waitingMatches.add(match(face)));
        }
      }
      for (int revision = 1; revision <= 3; revision++) {
        IdentityEvent event = seen("a", revision, revision == 3 ? Type.ended : Type.updated, "ann");
        arrivals.add(() -> events.store(List.of(event)));
      }
      Collections.shuffle(arrivals, random);
      for (Callable<Object> arrival : arrivals) {
        arrival.call();
        // As the sink does: what has no sighting, or no row, waits.
        FaceStore.Stored stored = faces.store(waitingFaces, waitingMatches);
        waitingFaces.removeIf(face -> stored.tracks().contains(face.track()));
        waitingMatches.removeIf(
            match ->
                stored.tracks().contains(match.track())
                    && !stored.missing().contains(match.faceId()));
      }
      assertEquals(KEPT, server.query(ALL), "round " + round);
    }
    assertEquals(
        List.of("2026-11-22|gate|{door}|10|{1,2,3,4,5,6,7,8,9,10}|0.75|0.5|facenet"),
        server.query(
            "SELECT day, camera, zones, box_left, landmarks, score, quality, model FROM"
                + " sighting_face JOIN face_descriptor USING (day, row_id) WHERE face_id = 'a-0'"));
    assertEquals(
        List.of("2026-11-23"), server.query("SELECT day FROM sighting_face WHERE face_id = 'a-5'"));
  }

  /** As a search does: it reads the descriptors first. */
  @Test
  @Timeout(60)
  void aNewDayWaitsForNoReaderAndNoReaderForIt() throws Exception {
    events.store(List.of(seen("a", 1, Type.started, null)));
    try (Connection reader = database.dataSource().getConnection();
        Statement read = reader.createStatement()) {
      read.executeQuery("SELECT count(*) FROM face_descriptor");
      // A day that no other test has.
      Face later = face("a", "a-later", second(40 * 24 * 3600), .5);
      faces.store(List.of(later), List.of(match(later)));
      assertEquals(1, server.count("face_descriptor"));
      read.executeQuery("SELECT count(*) FROM sighting_face");
      reader.rollback();
    }
  }

  @Test
  void nothingIsStoredOfATrackWithoutASighting() throws Exception {
    FaceStore.Stored stored = faces.store(six("a"), six("a").stream().map(Faces::match).toList());
    assertEquals(new FaceStore.Stored(Set.of(), Set.of(), 0, 0), stored);
    assertEquals(List.of(), server.query(ALL));
  }

  @Test
  void aSettingKeepsFewerCrops() throws Exception {
    events.store(List.of(seen("a", 1, Type.started, null)));
    new FaceStore(database.dataSource(), 1).store(six("a"), List.of());
    assertEquals(List.of("a-2"), server.query("SELECT face_id FROM sighting_face"));
    new FaceStore(database.dataSource(), 2).store(six("a"), List.of());
    assertEquals(
        List.of("a-0", "a-2"), server.query("SELECT face_id FROM sighting_face ORDER BY 1"));
    assertEquals(2, server.count("face_picture"));
  }

  @Test
  void aForgottenPersonsCropsAreDeletedAndLateFacesAreNotStored() throws Exception {
    events.store(List.of(seen("a", 1, Type.started, "ann"), seen("b", 1, Type.started, "bob")));
    List<Face> both = new ArrayList<>(six("a"));
    both.addAll(six("b"));
    faces.store(both, both.stream().map(Faces::match).toList());
    assertEquals(6, server.count("face_descriptor"));

    events.forgetPerson("ann", GalleryVersion.ofNumber(8));
    List<String> bobs =
        List.of(row("b", 0, "0000003f"), row("b", 2, "6666663f"), row("b", 5, "cdcccc3e"));
    assertEquals(bobs, server.query(ALL));
    assertEquals(
        List.of("3"), server.query("SELECT crops FROM erasure_audit WHERE action = 'person'"));
    assertEquals(
        List.of("2026-11-22", "2026-11-23", "9999-12-31"),
        new ErasedDays(database).left().stream().map(Object::toString).toList());

    // The same again, a later face, and the end of the track: nothing comes back.
    faces.store(both, both.stream().map(Faces::match).toList());
    faces.store(List.of(face("a", "a-late", second(2000), .95)), List.of());
    events.store(List.of(seen("a", 2, Type.ended, "ann")));
    faces.store(both, List.of());
    assertEquals(bobs, server.query(ALL));
    assertTrue(new ErasedDays(database).clean());
    assertEquals(0, server.count("erased_day"));
    assertEquals(bobs, server.query(ALL));
  }

  @Test
  void aTrackThatIsAForgottenPersonsFromTheBeginningHasNoCrops() throws Exception {
    events.forgetPerson("ann", GalleryVersion.ofNumber(8));
    // Its first event is of somebody unknown; the second one names who was forgotten.
    events.store(List.of(seen("a", 1, Type.started, null)));
    faces.store(six("a"), List.of());
    assertEquals(3, server.count("face_picture"));
    events.store(List.of(seen("a", 2, Type.updated, "ann"), seen("b", 1, Type.started, "ann")));
    List<Face> both = new ArrayList<>(six("a"));
    both.addAll(six("b"));
    faces.store(both, List.of());
    assertEquals(List.of(), server.query(ALL));
    assertEquals(0, server.count("face_picture"));
  }

  /** A recording that is read again with a newer gallery does not bring back what was erased. */
  @Test
  void whatWasErasedStaysErasedWhenARecordingIsReadAgain() throws Exception {
    events.store(List.of(seen("a", 1, Type.started, "ann"), seen("a", 2, Type.ended, "ann")));
    events.forgetPerson("ann", GalleryVersion.ofNumber(8));
    IdentityEvent newer = seen("a", 1, Type.started, null).with().galleryVersion(9).build();
    events.store(List.of(newer));
    assertEquals(
        List.of("1|f|t"), server.query("SELECT revision, ended, faces_erased FROM sighting"));
    faces.store(six("a"), List.of());
    assertEquals(List.of(), server.query(ALL));
  }

  /** Several sinks store the same tracks of many days at once, and make the days' tables. */
  @Test
  void severalSinksAtOnce() throws Exception {
    List<Face> all = new ArrayList<>();
    List<IdentityEvent> seen = new ArrayList<>();
    for (int track = 0; track < 20; track++) {
      Instant day = EVENING.minus(Duration.ofDays(track + 10));
      for (int i = 0; i < 5; i++) {
        String name = "t" + track;
        all.add(face(name, name + "-" + i, day.plusSeconds(i), i == 2 ? .9 : .5));
      }
      seen.add(event("gate", "t" + track, 1, Type.ended, null, day.plusSeconds(9)));
    }
    events.store(seen);
    ExecutorService sinks = Executors.newFixedThreadPool(4);
    try {
      List<Future<Object>> done = new ArrayList<>();
      for (int sink = 0; sink < 4; sink++) {
        Random random = new Random(sink);
        done.add(
            sinks.submit(
                () -> {
                  for (int round = 0; round < 10; round++) {
                    List<Face> some = new ArrayList<>(all);
                    Collections.shuffle(some, random);
                    faces.store(some, some.stream().map(Faces::match).toList());
                  }
                  return null;
                }));
      }
      for (Future<Object> each : done) {
        each.get();
      }
    } finally {
      sinks.shutdown();
    }
    for (String table : List.of("sighting_face", "face_picture", "face_descriptor")) {
      assertEquals(60, server.count(table), table);
    }
    assertEquals(
        20, server.count("sighting_face WHERE face_id LIKE '%-2' AND quality::numeric = .9"));
  }

  @Test
  void aDayIsDroppedAsAWholeWhenNothingOfItWasStoredSince() throws Exception {
    FaceRetention retention = new FaceRetention(database.dataSource());
    Instant now = Instant.parse("2026-11-25T12:00:00Z");
    events.store(List.of(seen("a", 1, Type.ended, "ann")));
    faces.store(six("a"), six("a").stream().map(Faces::match).toList());
    // A recording that is read only now.
    assertEquals(0, retention.dropDaysBefore(FaceRetention.Kind.pictures, now));
    server.execute("UPDATE sighting_face SET stored_at = capture_time");
    Instant midnight = Instant.parse("2026-11-23T00:00:00Z");
    assertEquals(0, retention.dropDaysBefore(FaceRetention.Kind.pictures, midnight.minusMillis(1)));
    assertEquals(2, retention.dropDaysBefore(FaceRetention.Kind.pictures, midnight));
    assertEquals(1, server.count("face_picture"));
    assertEquals(3, server.count("face_descriptor"));
    // What is delivered again does not bring a picture back.
    faces.store(six("a"), List.of());
    assertEquals(1, server.count("face_picture"));

    assertEquals(3, retention.dropDaysBefore(FaceRetention.Kind.descriptors, now));
    assertEquals(1, retention.dropDaysBefore(FaceRetention.Kind.pictures, now));
    assertEquals(3, retention.dropDaysBefore(FaceRetention.Kind.crops, now));
    assertEquals(0, server.count("pg_class WHERE relname ~ '_2026112[23]$' AND relkind = 'r'"));
    // The days are made again when they are needed.
    faces.store(six("a"), six("a").stream().map(Faces::match).toList());
    assertEquals(KEPT, server.query(ALL));
  }

  @Test
  void unknownPeoplesCropsHaveARetentionOfTheirOwn() throws Exception {
    FaceRetention retention = new FaceRetention(database.dataSource());
    events.store(List.of(seen("a", 1, Type.ended, "ann"), seen("b", 1, Type.ended, null)));
    List<Face> both = new ArrayList<>(six("a"));
    both.addAll(six("b"));
    faces.store(both, both.stream().map(Faces::match).toList());
    Instant seenLast = second(1201);
    assertEquals(
        0, retention.deleteUnknownBefore(FaceRetention.Kind.pictures, seenLast.plusSeconds(1)));
    server.execute("UPDATE sighting SET stored_at = last_seen");
    assertEquals(0, retention.deleteUnknownBefore(FaceRetention.Kind.pictures, seenLast));
    assertEquals(
        3, retention.deleteUnknownBefore(FaceRetention.Kind.pictures, seenLast.plusSeconds(1)));
    assertEquals(
        3, retention.deleteUnknownBefore(FaceRetention.Kind.descriptors, seenLast.plusSeconds(1)));
    assertEquals(
        List.of("b|b-0|null|null", "b|b-2|null|null", "b|b-5|null|null"),
        server.query(ALL).subList(3, 6));
    assertEquals(KEPT, server.query(ALL).subList(0, 3));
  }

  /** Prints how long it takes, and what it takes on the disk. */
  @Test
  void aThousandSightingsWithPicturesAreStored() throws Exception {
    Random random = new Random(5);
    List<IdentityEvent> seen = new ArrayList<>();
    List<List<Face>> batches = new ArrayList<>();
    for (int track = 0; track < 1_000; track++) {
      seen.add(seen("t" + track, 1, Type.ended, track % 2 == 0 ? "ann" : null));
      if (track % 100 == 0) {
        batches.add(new ArrayList<>());
      }
      for (int i = 0; i < 3; i++) {
        byte[] jpeg = new byte[8_000];
        random.nextBytes(jpeg);
        Face face = face("t" + track, "t" + track + "-" + i, second(i), .5 + i * .1);
        batches.get(track / 100).add(face.withJpeg(jpeg));
      }
    }
    events.store(seen);
    float[] descriptor = new float[512];
    long begun = System.nanoTime();
    for (List<Face> batch : batches) {
      faces.store(
          batch, batch.stream().map(face -> match(face).withDescriptor(descriptor)).toList());
    }
    long millis = (System.nanoTime() - begun) / 1_000_000;
    assertEquals(3_000, server.count("face_picture"));
    String bytes =
        server
            .query(
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND"
                    + " relname ~ '^(sighting_face|face_picture|face_descriptor)_2026112[23]$'")
            .get(0);
    System.out.printf(
        Locale.ROOT,
        "1,000 sightings with 3 crops of 8,000 bytes each stored in %d ms, %s bytes on the disk%n",
        millis,
        bytes);
  }
}
