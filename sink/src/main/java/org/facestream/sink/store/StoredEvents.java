package org.facestream.sink.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.jspecify.annotations.Nullable;

/** Reads rows of {@code identity_event} as the events that they were. */
public final class StoredEvents {
  /** Begins a query that {@link #read} reads; the table is called {@code event}. */
  public static final String SELECT =
      """
      SELECT event_id, type, schema_version, camera, track, revision, first_seen, last_seen, zones,
          person_id, name, watchlist, distance, margin, faces, quality, score, box_left, box_top,
          box_right, box_bottom, model, gallery_version, gallery_topic, gallery_offsets, best_face,
          capture_time, visitor_id, ignored
      FROM identity_event event WHERE\
      """;

  private static final String LAST = SELECT + " track = ?";

  private static final String BEFORE_CORRECTIONS =
      " AND NOT EXISTS (SELECT FROM identity_event earlier WHERE earlier.track = event.track"
          + " AND earlier.type = 'corrected' AND earlier.revision <= event.revision)";

  private StoredEvents() {}

  /** The last event of a track. */
  static Optional<IdentityEvent> last(Connection connection, String track) throws SQLException {
    return read(connection, LAST, track);
  }

  /** The last event of a track before its first correction. */
  static Optional<IdentityEvent> lastBeforeCorrections(Connection connection, String track)
      throws SQLException {
    return read(connection, LAST + BEFORE_CORRECTIONS, track);
  }

  private static Optional<IdentityEvent> read(Connection connection, String query, String track)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(query + " ORDER BY revision DESC LIMIT 1")) {
      select.setString(1, track);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(read(row)) : Optional.empty();
      }
    }
  }

  /** The event of a row. */
  public static IdentityEvent read(ResultSet row) throws SQLException {
    GalleryVersion gallery = GalleryTopics.read(row, 23);
    return IdentityEventBuilder.builder()
        .eventId(row.getString("event_id"))
        .type(IdentityEvent.Type.valueOf(row.getString("type")))
        .schemaVersion(row.getInt("schema_version"))
        .camera(row.getString("camera"))
        .track(row.getString("track"))
        .revision(row.getInt("revision"))
        .firstSeen(instant(row, "first_seen"))
        .lastSeen(instant(row, "last_seen"))
        .zones(texts(row.getArray("zones")))
        .personId(row.getString("person_id"))
        .name(row.getString("name"))
        .watchlist(row.getString("watchlist"))
        .visitorId(row.getString("visitor_id"))
        .ignored(row.getBoolean("ignored") ? true : null)
        .distance(number(row, "distance"))
        .margin(number(row, "margin"))
        .faces(row.getInt("faces"))
        .quality(row.getDouble("quality"))
        .score(row.getDouble("score"))
        .box(
            new Box(
                row.getFloat("box_left"),
                row.getFloat("box_top"),
                row.getFloat("box_right"),
                row.getFloat("box_bottom")))
        .model(row.getString("model"))
        .galleryVersion(row.getLong("gallery_version"))
        .gallery(gallery.topic() == null ? null : gallery)
        .bestFace(row.getString("best_face"))
        .captureTime(instant(row, "capture_time"))
        .build();
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static List<String> texts(@Nullable Array array) throws SQLException {
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  private static @Nullable Double number(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : Double.valueOf(value);
  }
}
