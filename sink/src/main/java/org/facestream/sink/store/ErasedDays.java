package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code erased_day}: days of which crops or descriptors were deleted, and names, whose
 * bytes are still in files. Cleaning a day rewrites its partitions, and, where the user of the
 * database is a superuser, ends the part of the write-ahead log that holds them. It can be
 * interrupted at any time, and goes on with the days that are left. Thread-safe.
 */
public final class ErasedDays {
  private static final Logger log = LoggerFactory.getLogger(ErasedDays.class);

  /** The second part of the advisory lock's key is 0. */
  private static final int LOCK = 0x0fac_e003;

  /** A transaction that still sees what was deleted would make it stay. */
  private static final String OLD_SNAPSHOTS =
      """
      SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
          AND pid <> pg_backend_pid() AND backend_type = 'client backend'
          AND backend_xmin IS NOT NULL AND xact_start <= ?""";

  /** Stands for the tables that name people, which have no days; after all days. */
  public static final LocalDate NAMES = LocalDate.of(9999, 12, 31);

  private static final List<String> NAMING =
      List.of(
          "identity_event",
          "sighting",
          "visit_span",
          "correction",
          "alert",
          "unfinished_deed",
          "person_export");

  /** Nobody writes to a table while it is rewritten: a larger one is only vacuumed. */
  private static final long LARGEST = 2L << 30;

  private static final String NOTE =
      """
      INSERT INTO erased_day (day) VALUES (?)
      ON CONFLICT (day) DO UPDATE SET erased_at = excluded.erased_at""";

  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final long PAUSE_MILLIS = 50;

  private final Database database;

  /**
   * @param database of this version's schema; stays its owner's
   */
  public ErasedDays(Database database) {
    this.database = database;
  }

  /** Notes days that something is erased of, in the transaction that erases. */
  static void note(Connection connection, Collection<LocalDate> days) throws SQLException {
    try (PreparedStatement note = connection.prepareStatement(NOTE)) {
      for (LocalDate day : new TreeSet<>(days)) {
        note.setObject(1, day);
        note.addBatch();
      }
      note.executeBatch();
    }
  }

  /** Those that are left, in their order; {@link #NAMES} among them. */
  public SortedSet<LocalDate> left() throws StoreException {
    return Transaction.run(
        database.dataSource(), connection -> new TreeSet<>(read(connection).keySet()));
  }

  /**
   * Cleans all days that are left.
   *
   * @return whether none is left; false when another process is at it for long, or a transaction
   *     that began before
   * @throws StoreException when it failed
   */
  public boolean clean() throws StoreException {
    try (Connection connection = database.patient()) {
      if (read(connection).isEmpty()) {
        return true;
      }
      if (!locked(connection) || !nobodySeesIt(connection)) {
        return false;
      }
      for (Map.Entry<LocalDate, OffsetDateTime> day : read(connection).entrySet()) {
        clean(connection, day.getKey(), day.getValue());
      }
      return read(connection).isEmpty();
    } catch (SQLException failed) {
      throw new StoreException(failed);
    }
  }

  private static void clean(Connection connection, LocalDate day, OffsetDateTime erasedAt)
      throws SQLException {
    if (day.equals(NAMES)) {
      for (String table : NAMING) {
        boolean small = size(connection, table) <= LARGEST;
        execute(connection, "VACUUM (%sANALYZE) %s".formatted(small ? "FULL, " : "", table));
      }
    }
    for (String table : FaceDays.TABLES) {
      if (FaceDays.all(connection, table).contains(day)) {
        execute(connection, "VACUUM (FULL, ANALYZE) " + FaceDays.partition(table, day));
      }
    }
    endLog(connection);
    // Where something was erased meanwhile, the day is left.
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM erased_day WHERE day = ? AND erased_at = ?")) {
      delete.setObject(1, day);
      delete.setObject(2, erasedAt);
      delete.executeUpdate();
    }
    log.info("erasure: the files of {} are rewritten", day);
  }

  /**
   * Files of the log from before are removed, or used again, by the checkpoint. The statistics hold
   * values of the tables: names, and descriptors of up to 1,024 bytes.
   */
  private static void endLog(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
      if (!row.next() || !row.getBoolean(1)) {
        return;
      }
    }
    execute(connection, "VACUUM (FULL) pg_statistic");
    execute(connection, "SELECT pg_switch_wal()");
    execute(connection, "CHECKPOINT");
  }

  private static long size(Connection connection, String table) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT pg_total_relation_size(to_regclass(?))")) {
      select.setString(1, table);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Waits for another process that is at it; not within the lock, which would hold a snapshot. */
  private static boolean locked(Connection connection) throws SQLException {
    String lock = String.format(Locale.ROOT, "SELECT NOT pg_try_advisory_lock(%d, 0)", LOCK);
    try (PreparedStatement select = connection.prepareStatement(lock)) {
      return untilFalse(select);
    }
  }

  private static boolean nobodySeesIt(Connection connection) throws SQLException {
    OffsetDateTime now;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT clock_timestamp()")) {
      row.next();
      now = row.getObject(1, OffsetDateTime.class);
    }
    try (PreparedStatement select = connection.prepareStatement(OLD_SNAPSHOTS)) {
      select.setObject(1, now);
      return untilFalse(select);
    }
  }

  /** Asks again and again; false when it took too long. */
  private static boolean untilFalse(PreparedStatement question) throws SQLException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (System.nanoTime() < deadline) {
        try (ResultSet row = question.executeQuery()) {
          row.next();
          if (!row.getBoolean(1)) {
            return true;
          }
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private static Map<LocalDate, OffsetDateTime> read(Connection connection) throws SQLException {
    Map<LocalDate, OffsetDateTime> days = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT day, erased_at FROM erased_day")) {
      while (rows.next()) {
        days.put(rows.getObject(1, LocalDate.class), rows.getObject(2, OffsetDateTime.class));
      }
    }
    return days;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
