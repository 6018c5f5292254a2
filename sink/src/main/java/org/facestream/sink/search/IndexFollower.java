package org.facestream.sink.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an index up to date with the table {@code face_descriptor}.
 *
 * <p>A row tells which transaction wrote it. All transactions before the oldest that still runs,
 * the horizon, have ended, so the index has every row of theirs; what later ones wrote, a search
 * reads from the database. Deleted rows are in the table {@code erased_face}; dropped partitions
 * are noticed because the day has no rows, or rows of another table.
 */
public final class IndexFollower {
  private static final Logger log = LoggerFactory.getLogger(IndexFollower.class);
  private static final int FETCHED_AT_ONCE = 1000;

  /** How long the table of erased rows is kept. An index that was away for longer is made anew. */
  private static final Duration ERASED_KEPT = Duration.ofDays(30);

  private static final Duration LONGEST_AWAY = ERASED_KEPT.minusDays(1);

  /** A manifest is written this often even if nothing changes: it says when the index followed. */
  private static final Duration IDLE = Duration.ofMinutes(10);

  /** A segment of which more rows are erased is made anew. */
  private static final double MOST_ERASED = 0.5;

  private static final long WORTH_IT = 8L * Block.ROWS;

  private static final String TABLES =
      """
      SELECT day, (SELECT tableoid::bigint FROM face_descriptor f WHERE f.day = d.day LIMIT 1)
      FROM unnest(?::date[]) AS d (day)""";

  private static final String DAYS =
      """
      WITH RECURSIVE days (day) AS (
          SELECT min(day) FROM face_descriptor
          UNION ALL
          SELECT (SELECT min(f.day) FROM face_descriptor f WHERE f.day > d.day) FROM days d
          WHERE d.day IS NOT NULL)
      SELECT day FROM days WHERE day IS NOT NULL""";

  private static final String ERASED =
      "SELECT day, row_id FROM erased_face WHERE written >= ?::text::xid8"
          + " AND written < ?::text::xid8";

  private static final String ROWS =
      """
      SELECT d.day, d.row_id, d.model, d.descriptor, d.tableoid::bigint,
          floor(extract(epoch FROM f.capture_time) * 1000)::bigint
      FROM face_descriptor d LEFT JOIN sighting_face f ON f.day = d.day AND f.row_id = d.row_id
      WHERE d.written >= ?::text::xid8 AND d.written < ?::text::xid8""";

  private final DataSource database;
  private final FaceIndex index;

  /** Only in memory while nothing changes. */
  private long horizon = -1;

  private long lastErased = System.nanoTime() - ERASED_KEPT.toNanos();

  public IndexFollower(DataSource database, FaceIndex index) {
    this.database = database;
    this.index = index;
  }

  /**
   * What a follow found.
   *
   * @param added rows
   * @param erased rows
   */
  public record Followed(long added, long erased) {}

  /**
   * Follows once; does nothing but look when another process writes the index.
   *
   * @throws StoreException when the database does not answer
   * @throws IOException when the index cannot be written
   */
  public Followed follow() throws StoreException, IOException {
    if (!index.tryToOwn()) {
      index.refresh();
      return new Followed(0, 0);
    }
    try (IndexChange change = new IndexChange(index)) {
      Followed followed =
          Transaction.run(
              database,
              connection -> {
                try {
                  return follow(connection, change);
                } catch (IOException failed) {
                  throw new UncheckedIOException(failed);
                }
              });
      deleteOldErased();
      return followed;
    } catch (UncheckedIOException failed) {
      throw new IOException(
          "the search index in " + index.folder() + " cannot be written: " + failed.getMessage(),
          failed.getCause());
    }
  }

  private Followed follow(Connection connection, IndexChange change)
      throws SQLException, IOException {
    IndexedDatabase now = IndexedDatabase.snapshot(connection);
    Manifest manifest = change.manifest();
    boolean tooOld = System.currentTimeMillis() - manifest.followed() > LONGEST_AWAY.toMillis();
    boolean anew =
        !now.identity().equals(manifest.database())
            || Long.compareUnsigned(manifest.horizon(), now.horizon()) > 0
            || tooOld;
    if (anew) {
      log.info("search: makes the index in {} from the database", index.folder());
      change.clear(now.identity());
      horizon = 0;
    } else if (horizon < 0 || Long.compareUnsigned(horizon, manifest.horizon()) < 0) {
      horizon = manifest.horizon();
    }
    Set<String> again = anew ? Set.of() : dropped(connection, change);
    long erased = erase(connection, change, now.horizon());
    long added = 0;
    if (horizon == 0) {
      // Day by day, so that no query takes long until its first row.
      for (String day : days(connection)) {
        added += add(connection, change, ofDay(day), 0, now.horizon());
      }
    } else {
      added += add(connection, change, ROWS, horizon, now.horizon());
      for (String day : again) {
        added += add(connection, change, ofDay(day), 0, horizon);
      }
    }
    if (added + erased > 0
        || anew
        || change.changed()
        || System.currentTimeMillis() - manifest.followed() > IDLE.toMillis()) {
      change.publish(now.horizon());
    }
    horizon = now.horizon();
    return new Followed(added, erased);
  }

  /** Drops segments whose rows were dropped, or mostly erased; returns days to be read again. */
  private Set<String> dropped(Connection connection, IndexChange change)
      throws SQLException, IOException {
    Set<String> days = new TreeSet<>();
    Set<String> sparse = new HashSet<>();
    for (Segment.Description each : change.manifest().segments()) {
      days.add(each.day());
      if (each.rows() >= WORTH_IT && each.erased() > MOST_ERASED * each.rows()) {
        sparse.add(each.day());
      }
    }
    if (days.isEmpty()) {
      return Set.of();
    }
    Map<String, Long> tables = new HashMap<>();
    try (PreparedStatement query = connection.prepareStatement(TABLES)) {
      query.setArray(1, connection.createArrayOf("text", days.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          // 0, which no table has, where the day has no rows.
          tables.put(rows.getString(1), rows.getLong(2));
        }
      }
    }
    Set<String> again = new TreeSet<>(sparse);
    for (Segment.Description each : change.manifest().segments()) {
      long table = tables.getOrDefault(each.day(), 0L);
      if (table != 0 && table != each.table()) {
        again.add(each.day());
      }
    }
    change.drop(each -> tables.getOrDefault(each.day(), 0L) == 0);
    again.removeIf(day -> tables.getOrDefault(day, 0L) == 0);
    change.replace(again);
    return again;
  }

  private static List<String> days(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(DAYS)) {
      List<String> days = new ArrayList<>();
      while (rows.next()) {
        days.add(rows.getString(1));
      }
      return days;
    }
  }

  private static String ofDay(String day) {
    return ROWS + " AND d.day = '" + LocalDate.parse(day) + "'";
  }

  private long erase(Connection connection, IndexChange change, long until)
      throws SQLException, IOException {
    Map<String, Set<Long>> days = new LinkedHashMap<>();
    try (PreparedStatement query = connection.prepareStatement(ERASED)) {
      query.setString(1, Long.toUnsignedString(horizon));
      query.setString(2, Long.toUnsignedString(until));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          days.computeIfAbsent(rows.getString(1), day -> new HashSet<>()).add(rows.getLong(2));
        }
      }
    }
    long erased = 0;
    for (Map.Entry<String, Set<Long>> day : days.entrySet()) {
      erased += change.erase(day.getKey(), day.getValue());
    }
    return erased;
  }

  private long add(Connection connection, IndexChange change, String query, long from, long until)
      throws SQLException, IOException {
    long added = 0;
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setFetchSize(FETCHED_AT_ONCE);
      select.setString(1, Long.toUnsignedString(from));
      select.setString(2, Long.toUnsignedString(until));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          long millis = rows.getLong(6);
          change.add(
              rows.getString(1),
              rows.getString(3),
              rows.getLong(5),
              new IndexedFace(
                  rows.getLong(2),
                  rows.wasNull() ? IndexedFace.UNKNOWN_TIME : millis,
                  descriptor(rows.getBytes(4))));
          added++;
        }
      }
    }
    return added;
  }

  /** Float32 values, little endian; what does not fill one is left out. */
  static float[] descriptor(byte[] bytes) {
    float[] descriptor = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(descriptor);
    return descriptor;
  }

  private void deleteOldErased() throws StoreException {
    if (System.nanoTime() - lastErased < IDLE.toNanos()) {
      return;
    }
    lastErased = System.nanoTime();
    Transaction.run(
        database,
        connection -> {
          try (Statement delete = connection.createStatement()) {
            return delete.executeUpdate(
                "DELETE FROM erased_face WHERE at < now() - interval '"
                    + ERASED_KEPT.toDays()
                    + " days'");
          }
        });
  }
}
