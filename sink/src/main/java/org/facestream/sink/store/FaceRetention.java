package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import java.util.SortedSet;
import javax.sql.DataSource;

/** Deletes crops and descriptors by their age, whole days at once. Thread-safe. */
public final class FaceRetention {
  /** Small enough for one statement, large enough for few scans. */
  private static final int DELETED_AT_ONCE = 20_000;

  /** Whoever reads for longer is waited for by the next run. */
  private static final String LONGEST_WAIT = "SET LOCAL lock_timeout = '5s'";

  private static final String STORED_SINCE =
      "SELECT FROM sighting_face WHERE day = ? AND stored_at >= ? LIMIT 1";

  private static final String DELETE_UNKNOWN =
      """
      DELETE FROM %1$s WHERE day = ? AND row_id IN
          (SELECT row_id FROM %1$s kept JOIN sighting_face face USING (day, row_id)
           JOIN sighting USING (track)
           WHERE day = ? AND person_id IS NULL AND last_seen < ? AND sighting.stored_at < ?
           LIMIT %2$d)""";

  private final DataSource dataSource;

  /** What has a retention of its own. */
  public enum Kind {
    descriptors(FaceDays.DESCRIPTORS),
    pictures(FaceDays.PICTURES),
    /** What is known of a crop besides; the others hang on it. */
    crops(FaceDays.FACES);

    private final String table;

    Kind(String table) {
      this.table = table;
    }

    public String table() {
      return table;
    }
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public FaceRetention(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Drops the days that ended before an instant. A day of a recording of which something was stored
   * since stays.
   *
   * @return rows deleted
   */
  public long dropDaysBefore(Kind kind, Instant cutoff) throws StoreException {
    LocalDate first = FaceDays.of(cutoff);
    long deleted = 0;
    for (LocalDate day : days(kind).headSet(first)) {
      deleted += Transaction.run(dataSource, connection -> drop(connection, kind, day, cutoff));
    }
    return deleted;
  }

  private SortedSet<LocalDate> days(Kind kind) throws StoreException {
    return Transaction.run(dataSource, connection -> FaceDays.all(connection, kind.table));
  }

  private static long drop(Connection connection, Kind kind, LocalDate day, Instant cutoff)
      throws SQLException {
    String partition = FaceDays.partition(kind.table, day);
    try (Statement statement = connection.createStatement()) {
      statement.execute(LONGEST_WAIT);
      // Nobody stores a crop between the look and the drop.
      statement.execute("LOCK TABLE " + kind.table + " IN ACCESS EXCLUSIVE MODE");
      try (PreparedStatement select = connection.prepareStatement(STORED_SINCE)) {
        select.setObject(1, day);
        select.setObject(2, EventRows.utc(cutoff));
        try (ResultSet rows = select.executeQuery()) {
          if (rows.next()) {
            return 0;
          }
        }
      }
      long count = 0;
      if (FaceDays.all(connection, kind.table).contains(day)) {
        try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + partition)) {
          rows.next();
          count = rows.getLong(1);
        }
        statement.execute("DROP TABLE " + partition);
      }
      return count;
    }
  }

  /**
   * Deletes pictures or descriptors of sightings of nobody known that ended before an instant.
   *
   * @return rows deleted
   */
  public long deleteUnknownBefore(Kind kind, Instant cutoff) throws StoreException {
    long deleted = 0;
    for (LocalDate day : days(kind).headSet(FaceDays.of(cutoff).plusDays(1))) {
      long last;
      do {
        last =
            Transaction.run(dataSource, connection -> deleteUnknown(connection, kind, day, cutoff));
        deleted += last;
      } while (last == DELETED_AT_ONCE);
    }
    return deleted;
  }

  private static long deleteUnknown(Connection connection, Kind kind, LocalDate day, Instant cutoff)
      throws SQLException {
    String sql = String.format(Locale.ROOT, DELETE_UNKNOWN, kind.table, DELETED_AT_ONCE);
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setObject(1, day);
      delete.setObject(2, day);
      delete.setObject(3, EventRows.utc(cutoff));
      delete.setObject(4, EventRows.utc(cutoff));
      return delete.executeUpdate();
    }
  }
}
