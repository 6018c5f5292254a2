package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.jspecify.annotations.Nullable;

/**
 * Events as rows of {@code identity_event}, and what their tracks' rows of {@code sighting} say.
 */
final class EventRows {
  /**
   * Without naming a key: the table has two, and of one that is not named, PostgreSQL takes a row
   * that another sink writes at the same moment for an error.
   */
  private static final String INSERT_EVENT =
      """
      INSERT INTO identity_event (event_id, type, schema_version, camera, track, revision,
          first_seen, last_seen, zones, person_id, name, watchlist, visitor_id, ignored, distance,
          margin, faces, quality, score, box_left, box_top, box_right, box_bottom, model, gallery_version, gallery_topic,
          gallery_offsets, best_face, capture_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING""";

  /**
   * Derived from the events, not from the batch: right in whatever order they came. A track that
   * continues after its end has not ended; a correction does not end or resume it.
   */
  private static final String DERIVE_SIGHTINGS =
      """
      INSERT INTO sighting AS known (track, revision, ended, camera, first_seen, last_seen, zones,
          person_id, name, watchlist, visitor_id, ignored, distance, margin, faces, quality, score,
          model, best_face)
      SELECT DISTINCT ON (track) track, revision,
          coalesce((SELECT type = 'ended' FROM identity_event of_track
              WHERE of_track.track = event.track AND type <> 'corrected'
              ORDER BY revision DESC LIMIT 1), false),
          camera, first_seen, last_seen, zones, person_id, name, watchlist, visitor_id, ignored,
          distance, margin, faces, quality, score, model, best_face
      FROM identity_event event WHERE track = ANY (?) ORDER BY track, revision DESC
      ON CONFLICT (track) DO UPDATE SET revision = excluded.revision,
          ended = excluded.ended, camera = excluded.camera,
          first_seen = excluded.first_seen, last_seen = excluded.last_seen, zones = excluded.zones,
          person_id = excluded.person_id, name = excluded.name, watchlist = excluded.watchlist,
          visitor_id = excluded.visitor_id, ignored = excluded.ignored,
          distance = excluded.distance, margin = excluded.margin, faces = excluded.faces,
          quality = excluded.quality, score = excluded.score, model = excluded.model,
          best_face = excluded.best_face, stored_at = now()
      WHERE excluded.revision > known.revision
          OR (excluded.revision = known.revision AND excluded.ended <> known.ended)""";

  /** A track has one first event, but when a recording is read again. */
  private static final String FORMER_BEGINNINGS =
      """
      SELECT track, gallery_version, gallery_topic, gallery_offsets FROM identity_event
          WHERE track = ANY (?) AND revision = 1""";

  private static final String FORMER_EVENTS = "DELETE FROM identity_event WHERE track = ANY (?)";

  /** Not deleted: whether its faces were erased outlasts what was said of it. */
  private static final String FORMER_SIGHTING =
      """
      UPDATE sighting SET revision = 0 WHERE track = ANY (?) AND NOT EXISTS
          (SELECT FROM identity_event event WHERE event.track = sighting.track)""";

  private EventRows() {}

  /**
   * Deletes what was said of tracks of which these say something else, from the beginning: with a
   * gallery that is newer. One that is ahead in a part and behind in another is not.
   */
  static void makeWay(Connection connection, List<IdentityEvent> events) throws SQLException {
    Map<String, List<GalleryVersion>> beginnings =
        events.stream()
            .filter(event -> event.revision() == 1)
            .collect(
                Collectors.groupingBy(
                    IdentityEvent::track,
                    Collectors.mapping(IdentityEvent::version, Collectors.toList())));
    if (beginnings.isEmpty()) {
      return;
    }
    Set<String> outdated = new TreeSet<>();
    Map<String, Instant> topics = GalleryTopics.all(connection);
    try (PreparedStatement former = connection.prepareStatement(FORMER_BEGINNINGS)) {
      former.setArray(1, connection.createArrayOf("text", beginnings.keySet().toArray()));
      try (ResultSet rows = former.executeQuery()) {
        while (rows.next()) {
          String track = rows.getString(1);
          GalleryVersion then = GalleryTopics.read(rows, 2);
          List<GalleryVersion> begun = Objects.requireNonNull(beginnings.get(track), "asked for");
          if (begun.stream().anyMatch(now -> isNewer(now, then, topics))) {
            outdated.add(track);
          }
        }
      }
    }
    if (outdated.isEmpty()) {
      return;
    }
    for (String statement : List.of(FORMER_EVENTS, FORMER_SIGHTING)) {
      try (PreparedStatement delete = connection.prepareStatement(statement)) {
        delete.setArray(1, connection.createArrayOf("text", outdated.toArray()));
        delete.executeUpdate();
      }
    }
  }

  private static boolean isNewer(
      GalleryVersion now, GalleryVersion then, Map<String, Instant> topics) {
    if (!now.ofAnotherTopic(then)) {
      return now.covers(then) && !then.covers(now);
    }
    // One that was not heard of yet is the present one.
    Instant ours = topics.get(now.topic());
    Instant theirs = topics.get(then.topic());
    return ours == null || theirs != null && ours.isAfter(theirs);
  }

  /** Writes those that are not there yet, and says how many that were. */
  static long insert(Connection connection, List<IdentityEvent> events) throws SQLException {
    long written = 0;
    try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENT)) {
      for (IdentityEvent event : events) {
        bind(insert, event);
        insert.addBatch();
      }
      for (int count : insert.executeBatch()) {
        written += count;
      }
    }
    return written;
  }

  /** Brings the sightings of tracks up to date, and says how many changed. */
  static long derive(Connection connection, List<String> tracks) throws SQLException {
    try (PreparedStatement derive = connection.prepareStatement(DERIVE_SIGHTINGS)) {
      derive.setArray(1, connection.createArrayOf("text", tracks.toArray()));
      return derive.executeUpdate();
    }
  }

  private static void bind(PreparedStatement insert, IdentityEvent event) throws SQLException {
    int at = 0;
    insert.setString(++at, event.eventId());
    insert.setString(++at, event.type().name());
    insert.setInt(++at, event.schemaVersion());
    insert.setString(++at, event.camera());
    insert.setString(++at, event.track());
    insert.setInt(++at, event.revision());
    insert.setObject(++at, utc(event.firstSeen()), Types.TIMESTAMP_WITH_TIMEZONE);
    insert.setObject(++at, utc(event.lastSeen()), Types.TIMESTAMP_WITH_TIMEZONE);
    insert.setArray(++at, insert.getConnection().createArrayOf("text", event.zones().toArray()));
    insert.setString(++at, event.personId());
    insert.setString(++at, event.name());
    insert.setString(++at, event.watchlist());
    insert.setString(++at, event.visitorId());
    insert.setBoolean(++at, Boolean.TRUE.equals(event.ignored()));
    insert.setObject(++at, event.distance(), Types.DOUBLE);
    insert.setObject(++at, event.margin(), Types.DOUBLE);
    insert.setInt(++at, event.faces());
    insert.setDouble(++at, event.quality());
    insert.setDouble(++at, event.score());
    insert.setFloat(++at, event.box().left());
    insert.setFloat(++at, event.box().top());
    insert.setFloat(++at, event.box().right());
    insert.setFloat(++at, event.box().bottom());
    insert.setString(++at, event.model());
    insert.setLong(++at, event.galleryVersion());
    GalleryTopics.bind(insert, ++at, event.version());
    at++;
    insert.setString(++at, event.bestFace());
    insert.setObject(++at, utc(event.captureTime()), Types.TIMESTAMP_WITH_TIMEZONE);
  }

  /** As the driver takes it; null for null. */
  static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
