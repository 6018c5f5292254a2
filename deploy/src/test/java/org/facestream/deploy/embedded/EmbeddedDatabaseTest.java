package org.facestream.deploy.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("bare")
class EmbeddedDatabaseTest {
  @TempDir Path folder;

  @Test
  void keepsRowsAndPasswordOverARestart() throws Exception {
    String password;
    int port;
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      password = database.password();
      port = database.port();
      execute(database, "create table kept (word text)");
      execute(database, "insert into kept values ('first')");
    }
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, port)) {
      assertEquals(password, database.password());
      assertEquals("first", query(database, "select word from kept"));
      // The library's own are made for tests: with them what was stored is lost with the server.
      assertEquals("on", query(database, "show fsync"));
      assertEquals("on", query(database, "show synchronous_commit"));
      assertEquals("on", query(database, "show full_page_writes"));
      assertEquals("127.0.0.1", query(database, "show listen_addresses"));
    }
  }

  @Test
  void letsNobodyInWithoutThePassword() throws Exception {
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      SQLException refused =
          assertThrows(
              SQLException.class,
              () -> DriverManager.getConnection(database.jdbcUrl(), database.user(), "guess"));
      assertEquals("28P01", refused.getSQLState());
    }
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "this system has no file permissions");
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("password"))));
  }

  /** As after kill -9: a process starts the server and dies, the server lives on. */
  @Test
  void stopsWhatAKilledProcessLeftBehind() throws Exception {
    AbandonedProcess.runAndKill(AbandonedDatabase.class, folder);
    long orphan =
        Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0).trim());
    assertTrue(ProcessHandle.of(orphan).map(ProcessHandle::isAlive).orElse(false));

    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      assertFalse(ProcessHandle.of(orphan).map(ProcessHandle::isAlive).orElse(false));
      assertEquals("written", query(database, "select word from kept"));
    }
  }

  /** As when a killed server is a zombie: its number still answers. */
  @Test
  void doesNotStumbleOverTheSocketLockOfAProcessThatLives() throws Exception {
    int port = LoopbackPort.free();
    Path lock = Path.of("/tmp/.s.PGSQL." + port + ".lock");
    assumeTrue(Files.isWritable(lock.getParent()), "PostgreSQL puts its sockets elsewhere");
    // Not ours: a server knows that its parent's number in a lock is stale.
    long living = ProcessHandle.current().parent().orElseThrow().pid();
    Files.writeString(lock, living + "\n" + folder + "\n0\n" + port + "\n");
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, port)) {
      assertEquals("1", query(database, "select 1"));
    } finally {
      Files.delete(lock);
    }
  }

  /** As when one of a killed server's processes waits for its disk. */
  @Test
  void doesNotStumbleOverAProcessThatOutlivesItsServer() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/cwd")), "this system has no /proc");
    AbandonedProcess.runAndKill(AbandonedDatabase.class, folder);
    ProcessHandle server =
        ProcessHandle.of(
                Long.parseLong(
                    Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0).trim()))
            .orElseThrow();
    ProcessHandle last = server.children().findFirst().orElseThrow();
    assertEquals(
        0,
        new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + last.pid())
            .inheritIO()
            .start()
            .waitFor());
    server.destroyForcibly();
    server.onExit().get(10, TimeUnit.SECONDS);

    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      assertEquals("written", query(database, "select word from kept"));
    } finally {
      last.destroyForcibly();
    }
  }

  /** Starts a database, writes to it, and waits to be killed. */
  static final class AbandonedDatabase {
    private AbandonedDatabase() {}

    public static void main(String[] arguments) throws Exception {
      EmbeddedDatabase database = new EmbeddedDatabase(Path.of(arguments[0]), 0);
      execute(database, "create table kept (word text)");
      execute(database, "insert into kept values ('written')");
      System.out.println("ready");
      Thread.sleep(60_000);
      database.close();
    }
  }

  /** The initdb of a killed process lives on, and writes into the folder of the next start. */
  @Test
  void beginsAnewWhereAKilledProcessStillMakesTheCluster() throws Exception {
    AbandonedProcess.runAndKill(AbandonedMaking.class, folder);
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      assertEquals("1", query(database, "select 1"));
    }
  }

  /** Waits to be killed as soon as its initdb has begun to write. */
  static final class AbandonedMaking {
    private AbandonedMaking() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      Thread start = new Thread(() -> new EmbeddedDatabase(folder, 0).close(), "start");
      start.start();
      while (!Files.exists(folder.resolve("data/global"))) {
        Thread.sleep(2);
      }
      System.out.println("ready");
      Thread.sleep(60_000);
    }
  }

  @Test
  void forgetsAStalePidFile() throws Exception {
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      execute(database, "create table kept (word text)");
    }
    // The number of a process that lives and is no PostgreSQL: ours.
    Files.writeString(
        folder.resolve("data/postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + folder + "\n");
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      assertEquals("0", query(database, "select count(*) from kept"));
    }
  }

  @Test
  void beginsAnewWhereAFirstStartWasCutOff() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("postgresql.conf"), "half =");
    try (EmbeddedDatabase database = new EmbeddedDatabase(folder, 0)) {
      assertEquals("1", query(database, "select 1"));
    }
  }

  @Test
  void refusesAPortInUseAndAFileInPlaceOfTheFolder() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      UserError refused =
          assertThrows(UserError.class, () -> new EmbeddedDatabase(folder, taken.getLocalPort()));
      assertTrue(refused.getMessage().contains("--database-port"), refused.getMessage());
    }
    Path file = Files.createFile(folder.resolve("file"));
    UserError refused = assertThrows(UserError.class, () -> new EmbeddedDatabase(file, 0));
    assertTrue(refused.getMessage().contains("a file of that name exists"), refused.getMessage());
  }

  private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(EmbeddedDatabase database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }

  private static Connection connect(EmbeddedDatabase database) throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }
}
