package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** The partitions by day of the tables of crops and descriptors. */
final class FaceDays {
  static final String FACES = "sighting_face";
  static final String PICTURES = "face_picture";
  static final String DESCRIPTORS = "face_descriptor";

  /** What hangs on a row first, so that what is left is never without it. */
  static final List<String> TABLES = List.of(DESCRIPTORS, PICTURES, FACES);

  /** The second part of the advisory lock's key is 0. */
  private static final int LOCK = 0x0fac_e002;

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);

  private FaceDays() {}

  /** The UTC day of an instant. */
  static LocalDate of(Instant captured) {
    return LocalDate.ofInstant(captured, ZoneOffset.UTC);
  }

  /** The table of one day. */
  static String partition(String table, LocalDate day) {
    return table + "_" + NAME.format(day);
  }

  /**
   * Makes those that are missing; several sinks may do that at once. Who reads or writes is not
   * waited for: a table is made first, and then attached.
   */
  static void create(Connection connection, Collection<LocalDate> days) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Two that make the same table at once would fail, "if not exists" or not.
      statement.execute(String.format(Locale.ROOT, "SELECT pg_advisory_xact_lock(%d, 0)", LOCK));
      for (String table : TABLES) {
        SortedSet<LocalDate> missing = new TreeSet<>(days);
        missing.removeAll(all(connection, table));
        for (LocalDate day : missing) {
          String made = partition(table, day);
          statement.execute("CREATE TABLE %s (LIKE %s INCLUDING ALL)".formatted(made, table));
          statement.execute(
              "ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')"
                  .formatted(table, made, day, day.plusDays(1)));
        }
      }
    }
  }

  /** The days that a table has partitions of, in their order. */
  static SortedSet<LocalDate> all(Connection connection, String table) throws SQLException {
    SortedSet<LocalDate> days = new TreeSet<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
                + " WHERE inhparent = to_regclass(?) AND relname ~ ?")) {
      select.setString(1, table);
      select.setString(2, table + "_[0-9]{8}$");
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          days.add(LocalDate.parse(rows.getString(1).substring(table.length() + 1), NAME));
        }
      }
    }
    return days;
  }

  /** Those of the days that a partition of any table is missing of. */
  static SortedSet<LocalDate> missing(Connection connection, Collection<LocalDate> days)
      throws SQLException {
    SortedSet<LocalDate> missing = new TreeSet<>();
    if (days.isEmpty()) {
      return missing;
    }
    for (String table : TABLES) {
      SortedSet<LocalDate> there = all(connection, table);
      days.stream().filter(day -> !there.contains(day)).forEach(missing::add);
    }
    return missing;
  }
}
