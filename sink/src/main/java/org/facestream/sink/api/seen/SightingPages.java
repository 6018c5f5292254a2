package org.facestream.sink.api.seen;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Sightings in pages: each goes on after the last one of the page before, by time and track, so
 * that what is stored meanwhile moves nothing, and a late page costs what the first one does.
 * Thread-safe.
 */
final class SightingPages {
  private static final String SELECT =
      """
      SELECT track, camera, first_seen, last_seen, ended, zones, person_id, visitor_id, name,
          watchlist, distance, quality, faces, revision,
          (SELECT count(*) FROM sighting_face face JOIN face_picture USING (day, row_id)
           WHERE face.track = sighting.track AND face.day BETWEEN
               (first_seen AT TIME ZONE 'UTC')::date - 1 AND (last_seen AT TIME ZONE 'UTC')::date + 1)
          AS crops
      FROM sighting WHERE NOT no_face""";

  private final DataSource dataSource;

  /**
   * A sighting.
   *
   * @param ended whether the person has left
   * @param who who it was
   * @param best of the faces
   * @param crops how many pictures are kept of it
   */
  record Sighting(
      String track,
      String camera,
      Instant firstSeen,
      Instant lastSeen,
      boolean ended,
      List<String> zones,
      Who who,
      Faces faces) {}

  /**
   * Who it was.
   *
   * @param personId null when unknown
   * @param visitorId null when not linked
   * @param distance to the person, or to the nearest one
   */
  record Who(
      @Nullable String personId,
      @Nullable String visitorId,
      String name,
      @Nullable String watchlist,
      @Nullable Double distance) {}

  /**
   * Its faces.
   *
   * @param seen how many there were
   * @param crops how many pictures are kept
   * @param quality of the best, 0 to 1
   */
  record Faces(int seen, int crops, double quality) {}

  /**
   * Which sightings.
   *
   * @param person id or name; empty for everybody
   * @param unknown only those of unknown people
   * @param cameras empty for all
   * @param from not those that ended before
   * @param to not those that began after
   */
  record Wanted(
      Optional<String> person,
      boolean unknown,
      Optional<String> visitor,
      Optional<Set<String>> cameras,
      Optional<String> zone,
      Optional<String> watchlist,
      Optional<Instant> from,
      Optional<Instant> to) {}

  /** Where a sighting is in the list. */
  record Place(Instant lastSeen, String track) {}

  private interface Binding {
    void on(Connection connection, PreparedStatement statement, int at) throws SQLException;
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  SightingPages(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * The latest ones first.
   *
   * @param after the last one of the page before; empty for the first page
   */
  List<Sighting> list(Wanted wanted, Optional<Place> after, int limit) throws StoreException {
    StringBuilder query = new StringBuilder(SELECT);
    List<Binding> values = new ArrayList<>();
    wanted
        .person()
        .ifPresent(
            person -> {
              query.append(
                  " AND (person_id = ? OR lower(name) = lower(?) AND person_id IS NOT NULL)");
              values.add(text(person));
              values.add(text(person.strip()));
            });
    if (wanted.unknown()) {
      query.append(" AND person_id IS NULL");
    }
    add(query, values, " AND visitor_id = ?", wanted.visitor().map(SightingPages::text));
    add(query, values, " AND camera = ANY (?)", wanted.cameras().map(SightingPages::texts));
    add(query, values, " AND ? = ANY (zones)", wanted.zone().map(SightingPages::text));
    add(query, values, " AND watchlist = ?", wanted.watchlist().map(SightingPages::text));
    add(query, values, " AND last_seen >= ?", wanted.from().map(SightingPages::time));
    add(query, values, " AND first_seen <= ?", wanted.to().map(SightingPages::time));
    after.ifPresent(
        place -> {
          // The first half is what the index on last_seen is used for.
          query.append(" AND last_seen <= ? AND (last_seen < ? OR track > ?)");
          values.add(time(place.lastSeen()));
          values.add(time(place.lastSeen()));
          values.add(text(place.track()));
        });
    query.append(" ORDER BY last_seen DESC, track LIMIT ?");
    values.add((connection, statement, at) -> statement.setInt(at, limit));
    return select(query.toString(), values);
  }

  /** One sighting. */
  Optional<Sighting> find(String track) throws StoreException {
    return select(SELECT + " AND track = ?", List.of(text(track))).stream().findFirst();
  }

  private List<Sighting> select(String query, List<Binding> values) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Sighting> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(query)) {
            for (int i = 0; i < values.size(); i++) {
              values.get(i).on(connection, select, i + 1);
            }
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(read(row));
              }
            }
          }
          return all;
        });
  }

  private static void add(
      StringBuilder query, List<Binding> values, String condition, Optional<Binding> value) {
    if (value.isPresent()) {
      query.append(condition);
      values.add(value.get());
    }
  }

  private static Binding text(String value) {
    return (connection, statement, at) -> statement.setString(at, value);
  }

  private static Binding texts(Set<String> all) {
    return (connection, statement, at) ->
        statement.setArray(at, connection.createArrayOf("text", all.toArray()));
  }

  private static Binding time(Instant instant) {
    return (connection, statement, at) -> statement.setObject(at, instant.atOffset(ZoneOffset.UTC));
  }

  private static Sighting read(ResultSet row) throws SQLException {
    double distance = row.getDouble("distance");
    boolean none = row.wasNull();
    return new Sighting(
        row.getString("track"),
        row.getString("camera"),
        row.getObject("first_seen", OffsetDateTime.class).toInstant(),
        row.getObject("last_seen", OffsetDateTime.class).toInstant(),
        row.getBoolean("ended"),
        List.of((String[]) row.getArray("zones").getArray()),
        new Who(
            row.getString("person_id"),
            row.getString("visitor_id"),
            row.getString("name"),
            row.getString("watchlist"),
            none ? null : distance),
        new Faces(row.getInt("faces"), row.getInt("crops"), row.getDouble("quality")));
  }
}
