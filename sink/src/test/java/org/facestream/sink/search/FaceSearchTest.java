package org.facestream.sink.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search finds what the database holds, whatever happened to it and to the index before. */
class FaceSearchTest {
  private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");
  private static final int VALUES = 16;

  @TempDir static Path server;
  @TempDir Path folder;
  private static TestDatabase postgres;
  private static Database database;

  private final MadeUp made = new MadeUp(11, VALUES);
  private final Random random = new Random(12);
  private FaceIndex index;
  private IndexFollower follower;
  private FaceSearch search;
  private int faces;

  @BeforeAll
  static void start() throws Exception {
    postgres = new TestDatabase(server).start();
    database = new Database(postgres.config(Map.of()));
    database.check();
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
    postgres.close();
  }

  @BeforeEach
  void open() throws Exception {
    for (LocalDate day : List.of(LocalDate.of(2026, 11, 28), LocalDate.of(2026, 11, 29))) {
      partitions(day);
    }
    openIndex();
  }

  private void openIndex() throws Exception {
    index = FaceIndex.open(folder);
    follower = new IndexFollower(database.dataSource(), index);
    search = new FaceSearch(database.dataSource(), index, 2);
  }

  private void closeIndex() throws Exception {
    search.close();
    index.close();
  }

  @AfterEach
  void close() throws Exception {
    closeIndex();
    for (String table : List.of("face_descriptor", "face_picture", "sighting_face")) {
      for (String partition :
          postgres.query(
              "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = '"
                  + table
                  + "'::regclass")) {
        postgres.execute("DROP TABLE " + partition);
      }
    }
    postgres.execute("TRUNCATE sighting, erased_face");
  }

  private static void partitions(LocalDate day) throws SQLException {
    for (String table : List.of("sighting_face", "face_picture", "face_descriptor")) {
      postgres.execute(
          "CREATE TABLE %s_%s PARTITION OF %s FOR VALUES FROM ('%s') TO ('%s')"
              .formatted(table, day.toString().replace("-", ""), table, day, day.plusDays(1)));
    }
  }

  private static Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(postgres.url(), "postgres", "");
    connection.setAutoCommit(false);
    return connection;
  }

  private void add(Connection connection, String model, float[] descriptor, Instant time)
      throws SQLException {
    int number = ++faces;
    LocalDate day = time.atOffset(ZoneOffset.UTC).toLocalDate();
    try (PreparedStatement face =
            connection.prepareStatement(
                "INSERT INTO sighting_face (day, row_id, face_id, track, camera, capture_time,"
                    + " zones, box_left, box_top, box_right, box_bottom, score, quality, landmarks)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, 1, 2, 3, 4, 1, 1, '{}')");
        PreparedStatement values =
            connection.prepareStatement(
                "INSERT INTO face_descriptor (day, row_id, model, descriptor)"
                    + " VALUES (?, ?, ?, ?)")) {
      face.setObject(1, day);
      face.setLong(2, number);
      face.setString(3, "face-" + number);
      face.setString(4, "track-" + number / 3);
      face.setString(5, "camera-" + number % 4);
      face.setObject(6, time.atOffset(ZoneOffset.UTC));
      face.setArray(
          7, connection.createArrayOf("text", new String[] {number % 5 == 0 ? "door" : "hall"}));
      face.executeUpdate();
      values.setObject(1, day);
      values.setLong(2, number);
      values.setString(3, model);
      ByteBuffer bytes = ByteBuffer.allocate(4 * descriptor.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(descriptor);
      values.setBytes(4, bytes.array());
      values.executeUpdate();
    }
  }

  private void add(int count) throws SQLException {
    try (Connection connection = connect()) {
      for (int i = 0; i < count; i++) {
        add(connection, "m", made.unit(), NOON.minusSeconds(random.nextInt(86_400)));
      }
      connection.commit();
    }
  }

  /** What the database holds, compared in double precision. */
  private static List<String> expected(float[] query, String where, int most) throws SQLException {
    List<IndexedFace> rows = new ArrayList<>();
    for (String row :
        postgres.query(
            "SELECT d.row_id, encode(d.descriptor, 'hex') FROM face_descriptor d"
                + " JOIN sighting_face f ON f.day = d.day AND f.row_id = d.row_id"
                + " LEFT JOIN sighting s ON s.track = f.track WHERE d.model = 'm' AND "
                + where)) {
      String[] columns = row.split("\\|");
      float[] descriptor = new float[VALUES];
      ByteBuffer.wrap(java.util.HexFormat.of().parseHex(columns[1]))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(descriptor);
      rows.add(new IndexedFace(Long.parseLong(columns[0]), 0, descriptor));
    }
    return MadeUp.nearest(rows, query, Metric.COSINE, most).stream()
        .map(hit -> hit.row() + " " + hit.distance())
        .toList();
  }

  private static List<String> found(
      FaceSearch search, float[] query, Wanted.Conditions conditions, int most) throws Exception {
    return search.search(new Wanted(query, "m", Metric.COSINE, conditions, most)).stream()
        .map(each -> each.seen().row() + " " + each.distance())
        .toList();
  }

  private void assertEqualToDatabase() throws Exception {
    for (int most : new int[] {1, 20, 5000}) {
      float[] query = made.unit();
      assertEquals(
          expected(query, "true", most), found(search, query, Wanted.Conditions.NONE, most));
    }
  }

  @Test
  void whatIsStoredIsFoundBeforeAndAfterTheIndexHasIt() throws Exception {
    assertEqualToDatabase();
    add(700);
    assertEqualToDatabase();
    assertEquals(new IndexFollower.Followed(700, 0), follower.follow());
    assertEqualToDatabase();
    add(30);
    assertEqualToDatabase();
    assertEquals(new IndexFollower.Followed(30, 0), follower.follow());
    assertEquals(new IndexFollower.Followed(0, 0), follower.follow());
    assertEquals(730, index.rows());
    assertEqualToDatabase();
    closeIndex();
    openIndex();
    assertEquals(730, index.rows());
    assertEquals(new IndexFollower.Followed(0, 0), follower.follow());
    assertEqualToDatabase();
  }

  /** A transaction that began before is committed after the index has followed later ones. */
  @Test
  void overlappingTransactionsLeaveNothingOut() throws Exception {
    add(5);
    try (Connection early = connect();
        Connection never = connect()) {
      add(early, "m", made.unit(), NOON);
      add(never, "m", made.unit(), NOON);
      add(50);
      follower.follow();
      assertEqualToDatabase();
      add(10);
      never.rollback();
      follower.follow();
      assertEqualToDatabase();
      early.commit();
      assertEqualToDatabase();
      follower.follow();
      assertEqualToDatabase();
    }
    follower.follow();
    assertEquals(66, index.rows());
    assertEqualToDatabase();
  }

  @Test
  void erasedAndChangedRowsAreGoneAtOnce() throws Exception {
    add(900);
    follower.follow();
    postgres.execute("DELETE FROM face_descriptor WHERE row_id % 7 = 0");
    postgres.execute(
        "UPDATE face_descriptor SET descriptor = (SELECT descriptor FROM face_descriptor"
            + " WHERE row_id = 1) WHERE row_id BETWEEN 100 AND 110 AND row_id % 7 > 0");
    assertEqualToDatabase();
    IndexFollower.Followed followed = follower.follow();
    assertEquals(128 + 10, followed.erased());
    assertEquals(10, followed.added());
    assertEqualToDatabase();
    // More than half: made anew, from the database.
    add(8000);
    follower.follow();
    postgres.execute("DELETE FROM face_descriptor WHERE row_id % 10 > 0");
    follower.follow();
    follower.follow();
    assertEqualToDatabase();
    assertEquals(
        0, index.content().views().stream().mapToLong(v -> v.description().erased()).sum());
    assertEquals(postgres.count("face_descriptor"), index.rows());
  }

  @Test
  void droppedPartitionsAreDroppedInTheIndex() throws Exception {
    add(600);
    follower.follow();
    String gone = "DROP TABLE %s_20261128";
    for (String table : List.of("face_descriptor", "face_picture", "sighting_face")) {
      postgres.execute(gone.formatted(table));
    }
    assertEqualToDatabase();
    follower.follow();
    assertEqualToDatabase();
    assertEquals(postgres.count("face_descriptor"), index.rows());
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(files.noneMatch(file -> file.toString().contains("2026-11-28")));
    }
    // And made again, with other rows.
    partitions(LocalDate.of(2026, 11, 28));
    add(100);
    assertEqualToDatabase();
    follower.follow();
    assertEqualToDatabase();
    postgres.execute("DROP TABLE face_descriptor_20261128");
    postgres.execute(
        "CREATE TABLE face_descriptor_20261128 PARTITION OF face_descriptor"
            + " FOR VALUES FROM ('2026-11-28') TO ('2026-11-29')");
    add(100);
    assertEqualToDatabase();
    follower.follow();
    assertEqualToDatabase();
    assertEquals(postgres.count("face_descriptor"), index.rows());
  }

  @Test
  void anIndexThatIsMissingTornOrOfAnotherDatabaseIsMadeAnew() throws Exception {
    add(600);
    follower.follow();
    closeIndex();
    Path codes;
    try (Stream<Path> files = Files.list(folder)) {
      codes = files.filter(file -> file.toString().endsWith(".codes")).findFirst().orElseThrow();
    }
    try (FileChannel file = FileChannel.open(codes, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 1);
    }
    openIndex();
    assertEquals(0, index.rows());
    assertEqualToDatabase();
    follower.follow();
    assertEquals(600, index.rows());
    assertEqualToDatabase();

    closeIndex();
    Manifest own = Manifest.read(folder).orElseThrow();
    new Manifest(own.version(), "other", own.horizon(), 0, own.followed(), own.segments())
        .write(folder);
    openIndex();
    assertEqualToDatabase();
    assertEquals(new IndexFollower.Followed(600, 0), follower.follow());
    assertEqualToDatabase();

    // A database that was brought back to an earlier day has not come so far yet.
    closeIndex();
    own = Manifest.read(folder).orElseThrow();
    new Manifest(
            own.version(), own.database(), own.horizon() + 1_000_000, 0, own.followed(), List.of())
        .write(folder);
    openIndex();
    assertEquals(new IndexFollower.Followed(600, 0), follower.follow());
    assertEqualToDatabase();

    // Longer away than erased rows are noted.
    closeIndex();
    own = Manifest.read(folder).orElseThrow();
    new Manifest(own.version(), own.database(), own.horizon(), 0, 0, own.segments()).write(folder);
    openIndex();
    assertEquals(new IndexFollower.Followed(600, 0), follower.follow());
    assertEqualToDatabase();
  }

  @Test
  void conditionsHoldBeforeTheNearestAreChosen() throws Exception {
    add(6000);
    postgres.execute(
        "INSERT INTO sighting (track, revision, ended, camera, first_seen, last_seen, person_id,"
            + " name, faces, quality, score, model) SELECT DISTINCT track, 1, true, 'c', now(),"
            + " now(), 'ada', 'Ada Lovelace', 1, 1, 1, 'm' FROM sighting_face"
            + " WHERE row_id % 30 < 3 ON CONFLICT DO NOTHING");
    follower.follow();
    add(40);
    Instant from = NOON.minusSeconds(40_000);
    Instant to = NOON.minusSeconds(10_000).plusNanos(1);
    Map<String, Wanted.Conditions> all =
        Map.of(
            "f.capture_time >= '" + from + "'",
            new Wanted.Conditions(from, null, List.of(), List.of(), List.of()),
            "f.capture_time >= '" + from + "' AND f.capture_time < '" + to + "'",
            new Wanted.Conditions(from, to, List.of(), List.of(), List.of()),
            "f.camera IN ('camera-1', 'camera-3', 'camera-0')",
            new Wanted.Conditions(
                null, to, List.of("camera-1", "camera-3", "camera-0"), List.of(), List.of()),
            "f.camera <> 'camera-2' AND f.capture_time IS NOT NULL",
            new Wanted.Conditions(
                null, null, List.of("camera-1", "camera-3", "camera-0"), List.of(), List.of()),
            "'hall' = ANY (f.zones) AND f.camera <> 'none'",
            new Wanted.Conditions(null, null, List.of(), List.of("hall", "x"), List.of()),
            "s.person_id = 'ada'",
            new Wanted.Conditions(null, null, List.of(), List.of(), List.of("ADA lovelace")),
            "s.person_id = 'ada' AND f.camera = 'camera-2' AND f.zones = '{door}'",
            new Wanted.Conditions(
                from.minusSeconds(1_000_000),
                null,
                List.of("camera-2"),
                List.of("door"),
                List.of("ada")));
    for (Map.Entry<String, Wanted.Conditions> each : all.entrySet()) {
      String where =
          each.getKey()
              + (each.getValue().to() != null
                  ? " AND f.capture_time < '" + each.getValue().to() + "'"
                  : "");
      float[] query = made.unit();
      List<String> expected = expected(query, where, 25);
      assertFalse(expected.isEmpty());
      assertEquals(expected, found(search, query, each.getValue(), 25), where);
    }
    Found named =
        search
            .search(
                new Wanted(
                    made.unit(),
                    "m",
                    Metric.COSINE,
                    new Wanted.Conditions(null, null, List.of(), List.of(), List.of("ada")),
                    1))
            .get(0);
    assertEquals(new Found.Person("ada", "Ada Lovelace"), named.person());
    assertEquals("face-" + named.seen().row(), named.seen().faceId());
  }

  @Test
  void otherModelsAndLengthsAreLeftOut() throws Exception {
    try (Connection connection = connect()) {
      add(connection, "m", made.unit(), NOON);
      add(connection, "other", made.unit(), NOON);
      add(connection, "m", new float[] {1, 2}, NOON);
      add(connection, "a name/of anything", made.unit(), NOON);
      connection.commit();
    }
    for (int round = 0; round < 2; round++) {
      assertEquals(
          List.of(1L),
          search
              .search(new Wanted(made.unit(), "m", Metric.EUCLIDEAN, Wanted.Conditions.NONE, 5))
              .stream()
              .map(found -> found.seen().row())
              .toList());
      assertEquals(
          4L,
          search
              .search(
                  new Wanted(
                      made.unit(),
                      "a name/of anything",
                      Metric.EUCLIDEAN,
                      Wanted.Conditions.NONE,
                      5))
              .get(0)
              .seen()
              .row());
      follower.follow();
    }
    assertEquals("[a name/of anything, m, other]", search.models().toString());
  }

  /** A command beside a running sink: it reads what the sink writes. */
  @Test
  void aReaderIsEqualToTheDatabaseTooWhileTheWriterChangesTheIndex() throws Exception {
    add(2000);
    follower.follow();
    try (FaceIndex other = FaceIndex.open(folder);
        FaceSearch reading = new FaceSearch(database.dataSource(), other, 1)) {
      assertFalse(other.owned());
      Thread writer =
          new Thread(
              () -> {
                try {
                  for (int round = 0; round < 10; round++) {
                    add(20);
                    postgres.execute(
                        "DELETE FROM face_descriptor WHERE row_id % 10 = "
                            + round
                            + " AND row_id > 1000");
                    follower.follow();
                  }
                } catch (Exception failed) {
                  throw new IllegalStateException(failed);
                }
              });
      // Rows up to 1000 stay: whatever else is written or erased, these must be found.
      float[] query = made.unit();
      writer.start();
      do {
        List<String> left = new ArrayList<>(expected(query, "d.row_id <= 1000", 1000));
        assertEquals(1000, left.size());
        left.removeAll(found(reading, query, Wanted.Conditions.NONE, 5000));
        assertEquals(List.of(), left);
      } while (writer.isAlive());
      writer.join();
      assertEquals(
          expected(query, "true", 5000), found(reading, query, Wanted.Conditions.NONE, 5000));
      assertEquals(
          expected(query, "true", 5000), found(search, query, Wanted.Conditions.NONE, 5000));
    }
  }

  @Test
  void withoutAnIndexEverythingIsReadFromTheDatabase() throws Exception {
    add(300);
    try (FaceIndex none = FaceIndex.none();
        FaceSearch plain = new FaceSearch(database.dataSource(), none, 1)) {
      float[] query = made.unit();
      assertEquals(expected(query, "true", 10), found(plain, query, Wanted.Conditions.NONE, 10));
    }
  }
}
