package org.facestream.sink.api.seen;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
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
  List<Sighting> list(Wanted wanted, Optional<PagedQuery.Place> after, int limit)
      throws StoreException {
    PagedQuery query = new PagedQuery(SELECT);
    wanted
        .person()
        .ifPresent(
            person ->
                query
                    .add(" AND (person_id = ?", PagedQuery.text(person))
                    .add(
                        " OR lower(name) = lower(?) AND person_id IS NOT NULL)",
                        PagedQuery.text(person.strip())));
    if (wanted.unknown()) {
      query.add(" AND person_id IS NULL");
    }
    query.add(" AND visitor_id = ?", wanted.visitor().map(PagedQuery::text));
    query.add(" AND camera = ANY (?)", wanted.cameras().map(PagedQuery::texts));
    query.add(" AND ? = ANY (zones)", wanted.zone().map(PagedQuery::text));
    query.add(" AND watchlist = ?", wanted.watchlist().map(PagedQuery::text));
    query.add(" AND last_seen >= ?", wanted.from().map(PagedQuery::time));
    query.add(" AND first_seen <= ?", wanted.to().map(PagedQuery::time));
    return query.page("track", after, limit).select(dataSource, SightingPages::read);
  }

  /** One sighting. */
  Optional<Sighting> find(String track) throws StoreException {
    return new PagedQuery(SELECT)
            .add(" AND track = ?", PagedQuery.text(track))
            .select(dataSource, SightingPages::read)
            .stream()
            .findFirst();
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
