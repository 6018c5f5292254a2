package org.facestream.sink.store;

import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Events.there;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Tag("bare")
class DatabaseTest {
  private static final String PASSWORD = "s3cret-horse";
  private static final String WRONG = "wr0ng-battery";

  @TempDir static Path folder;
  @TempDir Path files;
  private static TestDatabase server;

  @BeforeAll
  static void open() throws Exception {
    server = new TestDatabase(folder).start();
    server.demandPasswords(PASSWORD);
    for (String name : new String[] {"fresh", "older", "newer", "shared", "closed", "inurl"}) {
      server.execute("CREATE DATABASE " + name + " OWNER guarded");
    }
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
  }

  private static String url(String name) {
    return server.url().replaceAll("/[^/]*$", "/" + name);
  }

  private static Database database(String name, String password) {
    return new Database(
        TestDatabase.configured(
            url(name), Map.of("store.user", "guarded", "store.password", password)));
  }

  @Test
  void migratesOnceAndAgain() {
    for (int start = 0; start < 2; start++) {
      try (Database database = database("fresh", PASSWORD)) {
        database.check();
        database.check();
      }
    }
  }

  @Test
  void nobodyWaitsForEverForAServerThatFallsSilent() throws Exception {
    try (Database database = database("fresh", PASSWORD)) {
      database.check();
      try (Connection pooled = database.dataSource().getConnection();
          Connection own = database.unpooled()) {
        assertEquals(30_000, pooled.getNetworkTimeout());
        assertEquals(30_000, own.getNetworkTimeout());
      }
    }
  }

  @Test
  void readsThePasswordFromAFile() throws Exception {
    Path file = Files.writeString(files.resolve("password"), PASSWORD + "\n");
    try (Database database =
        new Database(
            TestDatabase.configured(
                url("fresh"),
                Map.of("store.user", "guarded", "store.password-file", file.toString())))) {
      assertDoesNotThrow(database::check);
    }
  }

  @Test
  void saysWhatToDo() throws Exception {
    try (Database wrong = database("fresh", WRONG)) {
      assertMessage(wrong, "refuses user 'guarded'", "store.password-file");
    }
    try (Database none =
        new Database(TestDatabase.configured(url("fresh"), Map.of("store.user", "guarded")))) {
      assertMessage(none, "refuses user 'guarded'", "store.password-file");
    }
    try (Database missing = database("nowhere", PASSWORD)) {
      assertMessage(missing, "/nowhere", "create it");
    }
    server.execute("CREATE ROLE poor LOGIN");
    server.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    try (Database forbidden =
        new Database(TestDatabase.configured(server.url(), Map.of("store.user", "poor")))) {
      assertMessage(forbidden, "may not create tables", "grant CREATE");
    }
  }

  private static void assertMessage(Database database, String... parts) {
    UserError error = assertThrows(UserError.class, database::check);
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
    assertEquals(1, error.getMessage().lines().count());
  }

  @Test
  void refusesANewerSchema() throws Exception {
    try (Database first = database("newer", PASSWORD)) {
      first.check();
    }
    try (var connection = java.sql.DriverManager.getConnection(url("newer"), "guarded", PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO facestream_schema_history SELECT 99, '99', 'from the future', 'SQL',"
              + " 'V99__future.sql', 1, 'guarded', now(), 1, true");
    }
    try (Database second = database("newer", PASSWORD)) {
      assertMessage(second, "version 99", "update facestream");
    }
  }

  /** A database of before there were zones and watchlists in it, with rows. */
  @Test
  void bringsAnOlderSchemaUpToDateWithItsRows() throws Exception {
    Flyway.configure()
        .dataSource(url("older"), "guarded", PASSWORD)
        .locations("classpath:org/facestream/sink/store/migration")
        .table("facestream_schema_history")
        .target("2")
        .load()
        .migrate();
    try (var connection = java.sql.DriverManager.getConnection(url("older"), "guarded", PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO identity_event (event_id, type, schema_version, camera, track, revision,"
              + " first_seen, last_seen, name, faces, quality, score, box_left, box_top, box_right,"
              + " box_bottom, model, gallery_version, capture_time) VALUES ('t.1', 'started', 1,"
              + " 'gate', 't', 1, now(), now(), 'unknown', 1, 1, 1, 0, 0, 1, 1, 'm', 0, now())");
      statement.execute(
          "INSERT INTO sighting (track, revision, ended, camera, first_seen, last_seen, name,"
              + " faces, quality, score, model) VALUES ('t', 1, false, 'gate', now(), now(),"
              + " 'unknown', 1, 1, 1, 'm')");
      try (Database database = database("older", PASSWORD)) {
        database.check();
        for (String table : List.of("identity_event", "sighting")) {
          try (var rows =
              statement.executeQuery(
                  "SELECT count(*) FROM " + table + " WHERE watchlist IS NULL AND zones = '{}'")) {
            assertTrue(rows.next());
            assertEquals(1, rows.getInt(1), table);
          }
        }
        // The old track goes on in the new columns.
        EventStore store = new EventStore(database.dataSource());
        store.store(List.of(there(event("t", 2, Type.ended, "ann"), "wanted", "entrance")));
      }
      try (var rows =
          statement.executeQuery(
              "SELECT revision, ended, watchlist, zones FROM sighting WHERE track = 't'")) {
        assertTrue(rows.next());
        assertEquals(2, rows.getInt(1));
        assertTrue(rows.getBoolean(2));
        assertEquals("wanted", rows.getString(3));
        assertEquals("{entrance}", rows.getString(4));
      }
    }
  }

  @Test
  void livesBesideOtherTables() throws Exception {
    try (var connection = java.sql.DriverManager.getConnection(url("shared"), "guarded", PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE somebody_elses (id int)");
    }
    for (int start = 0; start < 2; start++) {
      try (Database database = database("shared", PASSWORD)) {
        assertDoesNotThrow(database::check);
      }
    }
  }

  @Test
  void aDatabaseThatIsAwayIsWaitedFor() throws Exception {
    try (Database away =
        new Database(
            TestDatabase.configured("jdbc:postgresql://127.0.0.1:1/facestream", Map.of()))) {
      RetryableException failed = assertThrows(RetryableException.class, away::check);
      assertTrue(failed.getMessage().contains("127.0.0.1:1/facestream"), failed.getMessage());
    }
    try (Database unnamed =
        new Database(
            TestDatabase.configured("jdbc:postgresql://no.such.host.invalid/x", Map.of()))) {
      assertThrows(RetryableException.class, unnamed::check);
    }
  }

  @Test
  void refusesWhatIsNoAddressWithoutRepeatingIt() {
    for (String url :
        new String[] {
          "postgres://ann:" + PASSWORD + "@host/db",
          "jdbc:postgresql://ann:" + PASSWORD + "@host/db",
          "jdbc:mysql://host/db?password=" + PASSWORD,
          "jdbc:postgresql://host:port/db?password=" + PASSWORD
        }) {
      UserError refused =
          assertThrows(
              UserError.class, () -> new Database(TestDatabase.configured(url, Map.of())), url);
      assertTrue(refused.getMessage().contains("store.url"), refused.getMessage());
      assertFalse(everything(refused).contains(PASSWORD), everything(refused));
    }
    assertThrows(
        UserError.class,
        () ->
            new Database(
                TestDatabase.configured(
                    url("fresh"), Map.of("store.password-file", "/no/such/file"))));
    assertThrows(
        UserError.class,
        () ->
            new Database(
                TestDatabase.configured(
                    url("fresh"),
                    Map.of("store.password-file", "/no/such/file", "store.password", "x"))));
  }

  /** Everything that the pool, the migration and the driver log, down to TRACE, and say. */
  @Test
  void noPasswordIsLoggedOrThrown() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    OutputStreamAppender<ILoggingEvent> appender = appender(root, log);
    StringBuilder thrown = new StringBuilder();
    String[] urls = {
      url("inurl") + "?password=" + PASSWORD + "&user=guarded",
      url("inurl") + "?password=" + WRONG + "&user=guarded",
      "jdbc:postgresql://127.0.0.1:1/x?user=guarded&sslpassword=" + WRONG + "&password=" + PASSWORD
    };
    try {
      root.setLevel(Level.TRACE);
      for (String url : urls) {
        try (Database database = new Database(TestDatabase.configured(url, Map.of()))) {
          database.check();
          try (var connection = database.dataSource().getConnection()) {
            thrown.append(connection).append(connection.getMetaData().getURL());
          }
        } catch (RuntimeException failed) {
          thrown.append(everything(failed));
        }
      }
      try (Database wrong = database("inurl", WRONG)) {
        assertThrows(Exception.class, () -> wrong.dataSource().getConnection());
      }
    } finally {
      root.setLevel(before);
      root.detachAppender(appender);
      appender.stop();
    }
    String logged = log.toString(StandardCharsets.UTF_8);
    assertTrue(logged.contains("HikariPool") || logged.contains("hikari"), "pool logs are there");
    assertTrue(logged.contains("flyway"), "migration logs are there");
    assertTrue(thrown.toString().contains("refuses user"), thrown.toString());
    for (String text : new String[] {logged, thrown.toString()}) {
      for (String secret : new String[] {PASSWORD, WRONG}) {
        text.lines()
            .filter(line -> line.contains(secret))
            .findFirst()
            .ifPresent(line -> assertEquals("", line, "a password is shown"));
      }
    }
  }

  private static OutputStreamAppender<ILoggingEvent> appender(
      Logger root, ByteArrayOutputStream log) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(root.getLoggerContext());
    encoder.setPattern("%level %logger %msg%n%ex{full}");
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(root.getLoggerContext());
    appender.setEncoder(encoder);
    appender.setOutputStream(log);
    appender.start();
    root.addAppender(appender);
    return appender;
  }

  private static String everything(Throwable failed) {
    StringWriter text = new StringWriter();
    failed.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
