package org.facestream.deploy.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of this process's own, on the loopback address only, closed by a generated
 * password that is kept beside its data. What is in its folder is kept.
 *
 * <p>PostgreSQL is a separate process that continues when its parent is killed: one that still runs
 * on the folder is stopped in an orderly way before the new one starts.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
  private static final String HOST = "127.0.0.1";
  private static final String DATABASE = "facestream";
  private static final String USER = "postgres";

  /** What PostgreSQL needs to make its cluster and to write its log ahead. */
  public static final long LEAST_FREE = 128L << 20;

  private final DataFolder folder;
  private final int port;
  private final String password;
  private final EmbeddedPostgres server;
  private boolean closed;

  /**
   * Starts the server and returns when it answers.
   *
   * @param folder where it keeps its data and its password; made when missing
   * @param port where it listens; 0 takes a free one
   * @throws UserError when the port is in use, the folder cannot be written to, is in use, or its
   *     disk is full
   */
  public EmbeddedDatabase(Path folder, int port) {
    this.folder = DataFolder.take(folder, LEAST_FREE);
    try {
      Path data = this.folder.path().resolve("data");
      Orphan.stop(data);
      this.port = LoopbackPort.take(port, "--database-port");
      Path complete = this.folder.path().resolve("complete");
      if (!Files.exists(complete)) {
        // An earlier start was cut off while it made the cluster: nothing was in it yet.
        delete(data);
      }
      password = password(this.folder.path().resolve("password"), Files.exists(complete));
      server = start(data);
      makeDatabase();
      if (!Files.exists(complete)) {
        Files.createFile(complete);
      }
    } catch (IOException failed) {
      release(failed);
      throw new UserError(
          ("PostgreSQL does not start in %s (%s): see the log file. The usual reasons are "
                  + "a full disk and missing permissions.")
              .formatted(folder, failed.getMessage()),
          failed);
    } catch (RuntimeException failed) {
      release(failed);
      throw failed;
    }
  }

  /**
   * Stops the server that a killed process left running on a folder, if one did, so that its port
   * is free again.
   *
   * @throws UserError when another process uses the folder, or the server does not stop
   */
  public static void stopOrphan(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DataFolder ours = DataFolder.take(folder, 0)) {
      Orphan.stop(ours.path().resolve("data"));
    } catch (IOException failed) {
      throw new UserError(
          "The PostgreSQL that an earlier run left behind in %s cannot be stopped (%s)."
              .formatted(folder, failed.getMessage()),
          failed);
    }
  }

  /** For JDBC, without user and password. */
  public String jdbcUrl() {
    return String.format(Locale.ROOT, "jdbc:postgresql://%s:%d/%s", HOST, port, DATABASE);
  }

  public String user() {
    return USER;
  }

  /** Made at the first start, kept in the file {@code password} of the folder. */
  public String password() {
    return password;
  }

  /** The settings that make stages use it. */
  public Map<String, String> settings() {
    return Map.of(
        "store.url", jdbcUrl(),
        "store.user", user(),
        "store.password-file", folder.path().resolve("password").toString());
  }

  public int port() {
    return port;
  }

  /** Stops the server in an orderly way. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      server.close();
    } catch (IOException failed) {
      log.warn("PostgreSQL did not stop cleanly", failed);
    } finally {
      release(null);
    }
  }

  private EmbeddedPostgres start(Path data) throws IOException {
    Path passwordFile = folder.path().resolve("password");
    try {
      return EmbeddedPostgres.builder()
          .setPort(port)
          .setDataDirectory(data)
          .setCleanDataDirectory(false)
          // The order in which things close is the worker's; a hook of its own would run beside it.
          .setRegisterShutdownHook(false)
          .setOverrideWorkingDirectory(cache().toFile())
          .setPGStartupWait(Duration.ofSeconds(60))
          // For initdb, which takes them as it takes the locale; the later --auth wins.
          .setLocaleConfig("locale", "C.UTF-8")
          .setLocaleConfig("auth", "scram-sha-256")
          .setLocaleConfig("pwfile", passwordFile.toString())
          .setConnectConfig("password", password)
          // The library is made for tests, and loses rows for speed; here the sink commits its
          // offsets for good once a row is stored, so a row must survive whatever is killed.
          .setServerConfig("fsync", "on")
          .setServerConfig("synchronous_commit", "on")
          .setServerConfig("full_page_writes", "on")
          // A file of the log that is used again holds what was erased.
          .setServerConfig("wal_recycle", "off")
          .setServerConfig("listen_addresses", HOST)
          // No socket file: its lock in /tmp names a killed server, and as long as nobody has
          // reaped
          // that process, the next server takes it for alive and refuses to start.
          .setServerConfig("unix_socket_directories", "")
          .setServerConfig("max_connections", "50")
          .setServerConfig("shared_buffers", "64MB")
          .setServerConfig("log_min_messages", "warning")
          .start();
    } catch (IllegalStateException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  /** PostgreSQL's programs that a start has unpacked, the last version of them. */
  public static List<Path> programs() throws IOException {
    try (Stream<Path> versions = Files.list(cache())) {
      Optional<Path> last =
          versions
              .map(version -> version.resolve("bin"))
              .filter(Files::isDirectory)
              .max(Comparator.comparing(bin -> bin.toFile().lastModified()));
      return last.isEmpty()
          ? List.of()
          : Stream.of("initdb", "pg_ctl", "postgres").map(last.get()::resolve).toList();
    }
  }

  /** The unpacked programs are the same for every data folder of a user. */
  private static Path cache() throws IOException {
    String natives = System.getProperty("facestream.native-folder");
    if (natives != null) {
      // The start script found that programs do not run below the home.
      return Files.createDirectories(Path.of(natives, "postgresql"));
    }
    Path cache = Path.of(System.getProperty("user.home"), ".cache", "facestream");
    try {
      Files.createDirectories(cache);
      if (Files.isWritable(cache)) {
        return cache;
      }
    } catch (IOException noHome) {
      log.debug("no cache in the home folder", noHome);
    }
    Path temporary =
        Path.of(
            System.getProperty("java.io.tmpdir"), "facestream-" + System.getProperty("user.name"));
    Files.createDirectories(temporary);
    return temporary;
  }

  private static String password(Path file, boolean mustExist) throws IOException {
    if (Files.exists(file)) {
      String kept = Files.readString(file).trim();
      if (!kept.isEmpty()) {
        return kept;
      }
    }
    if (mustExist) {
      throw new UserError(
          ("The database's password is missing: restore %s, or move its folder away to "
                  + "start with an empty database.")
              .formatted(file));
    }
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Files.deleteIfExists(file);
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, password + "\n");
    return password;
  }

  private void makeDatabase() throws IOException {
    String url = String.format(Locale.ROOT, "jdbc:postgresql://%s:%d/postgres", HOST, port);
    try (Connection connection = DriverManager.getConnection(url, USER, password);
        Statement statement = connection.createStatement()) {
      boolean exists;
      try (ResultSet found =
          statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
        exists = found.next();
      }
      if (!exists) {
        statement.execute("create database " + DATABASE);
      }
    } catch (SQLException failed) {
      try {
        server.close();
      } catch (IOException alsoFailed) {
        failed.addSuppressed(alsoFailed);
      }
      throw new IOException(failed.getMessage(), failed);
    }
  }

  private static void delete(Path data) throws IOException {
    if (!Files.exists(data)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(data)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }

  private void release(@Nullable Exception cause) {
    try {
      folder.close();
    } catch (IOException failed) {
      if (cause != null) {
        cause.addSuppressed(failed);
      } else {
        log.warn("the lock on {} was not released", folder.path(), failed);
      }
    }
  }
}
