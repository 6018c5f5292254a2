package org.facestream.sink.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.sink.search.Nearest.Near;
import org.facestream.sink.search.Wanted.Conditions;

/** What one search reads from the database, in one snapshot. */
final class SearchedRows {
  private static final int FETCHED_AT_ONCE = 1000;

  private static final String DESCRIPTORS =
      """
      SELECT d.day, d.row_id, d.descriptor FROM face_descriptor d
      JOIN sighting_face f ON f.day = d.day AND f.row_id = d.row_id%s
      WHERE d.model = ? AND d.written >= ?::text::xid8%s""";

  private static final String IDS = "SELECT f.day, f.row_id FROM sighting_face f%s WHERE true%s";

  private static final String FEW =
      """
      SELECT d.day, d.row_id, d.descriptor FROM unnest(?::date[], ?::bigint[]) AS w (day, row_id)
      JOIN face_descriptor d ON d.day = w.day AND d.row_id = w.row_id
      WHERE d.model = ?""";

  private static final String PRESENT =
      """
      SELECT d.row_id FROM unnest(?::date[], ?::bigint[]) AS w (day, row_id)
      JOIN face_descriptor d ON d.day = w.day AND d.row_id = w.row_id
      JOIN sighting_face f ON f.day = w.day AND f.row_id = w.row_id%s
      WHERE d.model = ? AND d.written < ?::text::xid8%s""";

  private static final String DESCRIBE =
      """
      SELECT f.day, f.row_id, f.face_id, f.track, f.camera, f.zones, f.capture_time,
          s.person_id, s.name
      FROM unnest(?::date[], ?::bigint[]) AS w (day, row_id)
      JOIN sighting_face f ON f.day = w.day AND f.row_id = w.row_id
      LEFT JOIN sighting s ON s.track = f.track""";

  private static final String SIGHTING = " JOIN sighting s ON s.track = f.track";

  private final Connection connection;
  private final Wanted wanted;
  private final String join;
  private final String conditions;
  private Optional<List<Near>> few = Optional.empty();

  SearchedRows(Connection connection, Wanted wanted) {
    this.connection = connection;
    this.wanted = wanted;
    Conditions wish = wanted.conditions();
    join = wish.persons().isEmpty() ? "" : SIGHTING;
    conditions =
        (wish.from() == null ? "" : " AND f.capture_time >= ? AND f.day >= ?::text::date")
            + (wish.to() == null ? "" : " AND f.capture_time < ? AND f.day <= ?::text::date")
            + (wish.cameras().isEmpty() ? "" : " AND f.camera = ANY (?)")
            + (wish.zones().isEmpty() ? "" : " AND f.zones && ?")
            + (wish.persons().isEmpty()
                ? ""
                : " AND (s.person_id = ANY (?) OR lower(s.name) = ANY (?))");
  }

  private void bind(PreparedStatement statement, int first) throws SQLException {
    Conditions wish = wanted.conditions();
    int next = first;
    for (Instant edge : new Instant[] {wish.from(), wish.to()}) {
      if (edge != null) {
        statement.setObject(next++, edge.atOffset(ZoneOffset.UTC));
        statement.setString(next++, day(edge));
      }
    }
    for (List<String> texts : List.of(wish.cameras(), wish.zones(), wish.persons())) {
      if (!texts.isEmpty()) {
        statement.setArray(next++, connection.createArrayOf("text", texts.toArray()));
      }
    }
    if (!wish.persons().isEmpty()) {
      Object[] names = wish.persons().stream().map(name -> name.toLowerCase(Locale.ROOT)).toArray();
      statement.setArray(next, connection.createArrayOf("text", names));
    }
  }

  private static String day(Instant time) {
    return time.atOffset(ZoneOffset.UTC).toLocalDate().toString();
  }

  /** Whether the times that are wanted reach into a day. */
  boolean mayHold(String day) {
    Instant from = wanted.conditions().from();
    Instant to = wanted.conditions().to();
    return (from == null || day.compareTo(day(from)) >= 0)
        && (to == null || day.compareTo(day(to)) <= 0);
  }

  /**
   * The filter for the index. It may let pass what the conditions do not: hits are {@linkplain
   * #missing looked up}.
   *
   * @param most up to how many rows are {@link #few}
   */
  RowFilter filter(int most) throws SQLException {
    Conditions wish = wanted.conditions();
    RowFilter filter =
        new RowFilter(
            wish.from() == null ? Long.MIN_VALUE : wish.from().toEpochMilli(),
            wish.to() == null ? Long.MAX_VALUE : wish.to().toEpochMilli() + 1,
            wish.needDatabase());
    if (!wish.needDatabase()) {
      return filter;
    }
    List<Near> first = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(IDS.formatted(join, conditions))) {
      query.setFetchSize(10 * FETCHED_AT_ONCE);
      bind(query, 1);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          if (first.size() <= most) {
            first.add(new Near(rows.getString(1), rows.getLong(2), 0));
          }
          filter.allow(rows.getLong(2));
        }
      }
    }
    if (first.size() <= most) {
      few = Optional.of(first);
    }
    return filter;
  }

  /** All rows that fulfil the conditions, if they are few; their distances are not known. */
  Optional<List<Near>> few() {
    return few;
  }

  void offerFew(List<Near> rows, Comparison comparison, Nearest nearest) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(FEW)) {
      bindRows(query, rows);
      query.setString(3, wanted.model());
      offer(query, comparison, nearest);
    }
  }

  /** Offers the rows that were written by a transaction or later ones. */
  void offerSince(long horizon, Comparison comparison, Nearest nearest) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(DESCRIPTORS.formatted(join, conditions))) {
      query.setString(1, wanted.model());
      query.setString(2, Long.toUnsignedString(horizon));
      bind(query, 3);
      offer(query, comparison, nearest);
    }
  }

  private static void offer(PreparedStatement query, Comparison comparison, Nearest nearest)
      throws SQLException {
    query.setFetchSize(FETCHED_AT_ONCE);
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        float[] descriptor = IndexFollower.descriptor(rows.getBytes(3));
        if (descriptor.length == comparison.values()) {
          nearest.offer(
              new Near(rows.getString(1), rows.getLong(2), comparison.exactly(descriptor)));
        }
      }
    }
  }

  private void bindRows(PreparedStatement query, List<Near> rows) throws SQLException {
    query.setArray(1, connection.createArrayOf("text", rows.stream().map(Near::day).toArray()));
    query.setArray(2, connection.createArrayOf("bigint", rows.stream().map(Near::row).toArray()));
  }

  /** Which hits of the index the database does not have, or not under the conditions. */
  Set<Long> missing(List<Near> hits, long horizon) throws SQLException {
    Set<Long> missing = new HashSet<>();
    hits.forEach(hit -> missing.add(hit.row()));
    if (hits.isEmpty()) {
      return missing;
    }
    try (PreparedStatement query =
        connection.prepareStatement(PRESENT.formatted(join, conditions))) {
      bindRows(query, hits);
      query.setString(3, wanted.model());
      query.setString(4, Long.toUnsignedString(horizon));
      bind(query, 5);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          missing.remove(rows.getLong(1));
        }
      }
    }
    return missing;
  }

  /** Looks up what is known of hits, in their order. */
  List<Found> describe(List<Near> hits, Comparison comparison) throws SQLException {
    Map<Long, Found> known = new HashMap<>();
    Map<Long, Double> distances = new HashMap<>();
    hits.forEach(hit -> distances.put(hit.row(), hit.exactly()));
    try (PreparedStatement query = connection.prepareStatement(DESCRIBE)) {
      bindRows(query, hits);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          Found found = found(rows, comparison, distances);
          known.put(found.seen().row(), found);
        }
      }
    }
    return hits.stream().map(Near::row).filter(known::containsKey).map(known::get).toList();
  }

  private static Found found(ResultSet row, Comparison comparison, Map<Long, Double> distances)
      throws SQLException {
    long id = row.getLong(2);
    String name = row.getString(9);
    return new Found(
        comparison.distance(distances.getOrDefault(id, Double.POSITIVE_INFINITY)),
        new Found.Seen(
            LocalDate.parse(row.getString(1)),
            id,
            row.getString(3),
            row.getString(4),
            row.getString(5),
            List.of((String[]) row.getArray(6).getArray()),
            row.getObject(7, OffsetDateTime.class).toInstant()),
        new Found.Person(row.getString(8), name == null ? IdentityEvent.UNKNOWN : name));
  }
}
