package org.facestream.sink.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.RetryableException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to PostgreSQL, and the schema in it. Messages name the database by host and name;
 * the URL, which may hold a password, never leaves this class. Thread-safe.
 */
public final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);
  private static final String HISTORY = "facestream_schema_history";

  /** A statement that takes longer than this means that the connection died silently. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final PGSimpleDataSource direct;

  /** As {@link #direct}, but of a server that falls silent it does not wait for ever. */
  private final PGSimpleDataSource impatient;

  private final HikariDataSource pool;
  private final String address;
  private volatile boolean migrated;

  /**
   * Does not connect yet.
   *
   * @throws UserError when the URL is not one of PostgreSQL, or the password file is unreadable
   */
  public Database(StoreConfig config) {
    Properties parsed = parse(config.url());
    address =
        "%s:%s/%s"
            .formatted(
                parsed.getProperty(PGProperty.PG_HOST.getName()),
                parsed.getProperty(PGProperty.PG_PORT.getName()),
                parsed.getProperty(PGProperty.PG_DBNAME.getName()));
    Optional<String> password = password(config);
    direct = source(config, password);
    impatient = source(config, password);
    impatient.setSocketTimeout((int) SILENCE.toSeconds());
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("sink-store");
    settings.setDataSource(impatient);
    settings.setMaximumPoolSize(config.poolSize());
    settings.setMinimumIdle(1);
    settings.setConnectionTimeout(config.connectTimeout().toMillis());
    // Negative: the pool opens without a database; a sink outlives a database that is away.
    settings.setInitializationFailTimeout(-1);
    settings.setAutoCommit(false);
    pool = new HikariDataSource(settings);
  }

  /** Pooled connections, not in auto-commit. */
  public DataSource dataSource() {
    return pool;
  }

  /** A connection that is no one's of the pool: to keep for a while. */
  Connection unpooled() throws SQLException {
    Connection connection = impatient.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  /** A connection in auto-commit that waits for a statement of any length. */
  Connection patient() throws SQLException {
    return direct.getConnection();
  }

  /** Host, port and name of the database, for messages. */
  public String address() {
    return address;
  }

  /**
   * Checks that the database answers, and migrates its schema on the first success.
   *
   * @throws UserError for an error that the user must correct: wrong credentials, no such database,
   *     a newer schema
   * @throws RetryableException when the database is unavailable
   */
  public void check() {
    if (migrated) {
      try (Connection connection = pool.getConnection()) {
        if (!connection.isValid(5)) {
          throw new SQLException("the connection is not valid", "08006");
        }
      } catch (SQLException failed) {
        throw explain(failed);
      }
      return;
    }
    synchronized (this) {
      if (!migrated) {
        migrate();
        migrated = true;
      }
    }
  }

  private void migrate() {
    try (Connection connection = direct.getConnection()) {
      log.info(
          "PostgreSQL {} at {}", connection.getMetaData().getDatabaseProductVersion(), address);
    } catch (SQLException failed) {
      throw explain(failed);
    }
    try {
      Flyway flyway =
          Flyway.configure(Database.class.getClassLoader())
              .dataSource(direct)
              .locations("classpath:org/facestream/sink/store/migration")
              .table(HISTORY)
              // The database may hold other tables already.
              .baselineOnMigrate(true)
              .baselineVersion("0")
              .cleanDisabled(true)
              .load();
      refuseNewer(flyway);
      flyway.migrate();
    } catch (FlywayException failed) {
      if (SqlFailures.state(failed).isEmpty()) {
        throw new UserError(
            "The schema of the database %s cannot be brought up to date: %s"
                .formatted(
                    address, String.valueOf(failed.getMessage()).lines().findFirst().orElse("")),
            failed);
      }
      throw explain(failed);
    }
  }

  private void refuseNewer(Flyway flyway) {
    MigrationInfo[] all = flyway.info().all();
    Optional<MigrationVersion> future =
        Arrays.stream(all)
            .filter(info -> info.getState().isApplied() && !info.getState().isResolved())
            .map(MigrationInfo::getVersion)
            .filter(
                version -> version != null && !version.equals(MigrationVersion.fromVersion("0")))
            .max(MigrationVersion::compareTo);
    if (future.isPresent()) {
      throw new UserError(
          ("The schema of the database %s has version %s, which is newer than this "
                  + "facestream supports: update facestream, or set store.url to another database.")
              .formatted(address, future.get()));
    }
  }

  private RuntimeException explain(Exception failed) {
    String state = SqlFailures.state(failed);
    // 08004 is the driver's own: the server wants a password, or a kind of login that it lacks.
    if (state.startsWith("28") || state.equals("08004")) {
      return new UserError(
          ("PostgreSQL at %s refuses user '%s': check store.user, and store.password or"
                  + " store.password-file.")
              .formatted(address, direct.getUser()),
          failed);
    }
    if (state.equals("3D000")) {
      return new UserError(
          "PostgreSQL has no database %s: create it, or set store.url.".formatted(address), failed);
    }
    if (state.equals("42501")) {
      return new UserError(
          ("User '%s' may not create tables in the database %s: grant CREATE on its schema, or set"
                  + " store.user.")
              .formatted(direct.getUser(), address),
          failed);
    }
    return new RetryableException(
        "PostgreSQL at %s does not answer (SQLSTATE %s)"
            .formatted(address, state.isEmpty() ? "none" : state),
        failed);
  }

  private static PGSimpleDataSource source(StoreConfig config, Optional<String> password) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(config.url());
    if (source.getUser() == null) {
      source.setUser(config.user());
    }
    password.ifPresent(source::setPassword);
    int seconds = (int) Math.max(1, config.connectTimeout().toSeconds());
    source.setConnectTimeout(seconds);
    source.setLoginTimeout(seconds);
    source.setTcpKeepAlive(true);
    source.setApplicationName("facestream-sink");
    // The server's detail of a violated constraint is the row: a person's name in a log.
    source.setLogServerErrorDetail(false);
    return source;
  }

  private static Properties parse(String url) {
    String address = url.split("\\?", 2)[0];
    // Checked before the driver parses it: the driver would log a malformed port, and it does not
    // support 'user:password@'.
    Properties parsed =
        address.startsWith("jdbc:postgresql:") && !address.contains("@")
            ? Driver.parseURL(url, new Properties())
            : null;
    if (parsed == null) {
      throw new UserError(
          "store.url must look like jdbc:postgresql://HOST:PORT/DATABASE; set user and "
              + "password with store.user and store.password-file.");
    }
    return parsed;
  }

  private static Optional<String> password(StoreConfig config) {
    Optional<Path> file = config.passwordFile();
    if (file.isEmpty()) {
      return config.password();
    }
    if (config.password().isPresent()) {
      throw new UserError("Set store.password or store.password-file, not both.");
    }
    try {
      return Optional.of(Files.readString(file.get()).strip());
    } catch (IOException unreadable) {
      throw new UserError(
          "Cannot read the password of the database from %s (%s): check store.password-file."
              .formatted(file.get(), unreadable.getClass().getSimpleName()),
          unreadable);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
