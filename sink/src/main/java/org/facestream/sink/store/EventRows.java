package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.facestream.recognizer.identity.IdentityEvent;

/**
 * Events as rows of {@code identity_event}, and what their tracks' rows of {@code sighting} say.
 */
final class EventRows {
  private static final String INSERT_EVENT =
      """
      INSERT INTO identity_event (event_id, type, schema_version, camera, track, revision,
          first_seen, last_seen, zones, person_id, name, watchlist, distance, margin, faces, quality,
          score, box_left, box_top, box_right, box_bottom, model, gallery_version, gallery_topic,
          gallery_offsets, best_face, capture_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (event_id) DO NOTHING""";

  /**
   * Derived from the events, not from the batch: right in whatever order they came. A track that
   * goes on after it ended has not ended; a correction does not end or resume it.
   */
  private static final String DERIVE_SIGHTINGS =
      """
      INSERT INTO sighting AS known (track, revision, ended, camera, first_seen, last_seen, zones,
          person_id, name, watchlist, distance, margin, faces, quality, score, model, best_face)
      SELECT DISTINCT ON (track) track, revision,
          coalesce((SELECT type = 'ended' FROM identity_event of_track
              WHERE of_track.track = event.track AND type <> 'corrected'
              ORDER BY revision DESC LIMIT 1), false),
          camera, first_seen, last_seen, zones, person_id, name, watchlist, distance, margin, faces,
          quality, score, model, best_face
      FROM identity_event event WHERE track = ANY (?) ORDER BY track, revision DESC
      ON CONFLICT (track) DO UPDATE SET revision = excluded.revision,
          ended = excluded.ended, camera = excluded.camera,
          first_seen = excluded.first_seen, last_seen = excluded.last_seen, zones = excluded.zones,
          person_id = excluded.person_id, name = excluded.name, watchlist = excluded.watchlist,
          distance = excluded.distance, margin = excluded.margin, faces = excluded.faces,
          quality = excluded.quality, score = excluded.score, model = excluded.model,
          best_face = excluded.best_face, stored_at = now()
      WHERE excluded.revision > known.revision
          OR (excluded.revision = known.revision AND excluded.ended <> known.ended)""";

  /** A track has one first event, but when a recording is read again. */
  private static final String FORMER_EVENTS =
      """
      DELETE FROM identity_event WHERE track = ? AND EXISTS (SELECT FROM identity_event former
          WHERE former.track = ? AND former.revision = 1 AND former.gallery_version < ?)""";

  private static final String FORMER_SIGHTING =
      """
      DELETE FROM sighting WHERE track = ? AND NOT EXISTS
          (SELECT FROM identity_event event WHERE event.track = sighting.track)""";

  private EventRows() {}

  /** Deletes what was said of tracks of which these say something else, from the beginning. */
  static void makeWay(Connection connection, List<IdentityEvent> events) throws SQLException {
    try (PreparedStatement former = connection.prepareStatement(FORMER_EVENTS);
        PreparedStatement sighting = connection.prepareStatement(FORMER_SIGHTING)) {
      for (IdentityEvent event : events) {
        if (event.revision() == 1) {
          former.setString(1, event.track());
          former.setString(2, event.track());
          former.setLong(3, event.galleryVersion());
          former.addBatch();
          sighting.setString(1, event.track());
          sighting.addBatch();
        }
      }
      former.executeBatch();
      sighting.executeBatch();
    }
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
  static OffsetDateTime utc(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
