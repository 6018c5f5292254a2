package org.facestream.sink.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.Point;
import org.facestream.recognizer.identity.Match;

/** Rows of {@code sighting_face}, {@code face_picture} and {@code face_descriptor}. */
final class FaceRows {
  private static final String INSERT_FACE =
      """
      INSERT INTO sighting_face (day, row_id, face_id, track, camera, capture_time, zones, box_left,
          box_top, box_right, box_bottom, score, quality, landmarks)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

  private static final String INSERT_PICTURE =
      "INSERT INTO face_picture (day, row_id, jpeg) VALUES (?, ?, ?)";

  private static final String INSERT_DESCRIPTOR =
      """
      INSERT INTO face_descriptor (day, row_id, model, descriptor) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING""";

  private static final String IDS =
      "SELECT nextval('sighting_face_row') FROM generate_series(1, ?)";

  /** What was erased: rows of {@code sighting_face} and {@code face_descriptor}. */
  record Erased(long crops, long descriptors) {}

  /** Of a row in each of the tables. */
  record Key(LocalDate day, long rowId) {}

  private FaceRows() {}

  /** Writes faces that have no rows yet, and returns the keys by face. */
  static Map<String, Key> insert(Connection connection, List<Face> faces) throws SQLException {
    Map<String, Key> keys = new HashMap<>();
    if (faces.isEmpty()) {
      return keys;
    }
    try (PreparedStatement ids = connection.prepareStatement(IDS)) {
      ids.setInt(1, faces.size());
      try (ResultSet rows = ids.executeQuery()) {
        for (Face face : faces) {
          rows.next();
          LocalDate day = FaceDays.of(face.captureTime());
          keys.put(face.id(), new Key(day, rows.getLong(1)));
        }
      }
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT_FACE);
        PreparedStatement picture = connection.prepareStatement(INSERT_PICTURE)) {
      for (Face face : faces) {
        Key key = of(keys, face.id());
        bind(insert, key, face);
        insert.addBatch();
        bind(picture, key);
        picture.setBytes(3, face.jpeg());
        picture.addBatch();
      }
      insert.executeBatch();
      picture.executeBatch();
    }
    return keys;
  }

  private static void bind(PreparedStatement insert, Key key, Face face) throws SQLException {
    List<Float> points = new ArrayList<>();
    for (Point point : face.cropLandmarks().points()) {
      points.add(point.x());
      points.add(point.y());
    }
    bind(insert, key);
    int at = 2;
    insert.setString(++at, face.id());
    insert.setString(++at, face.track());
    insert.setString(++at, face.camera());
    insert.setObject(++at, EventRows.utc(face.captureTime()), Types.TIMESTAMP_WITH_TIMEZONE);
    insert.setArray(++at, insert.getConnection().createArrayOf("text", face.zones().toArray()));
    insert.setFloat(++at, face.box().left());
    insert.setFloat(++at, face.box().top());
    insert.setFloat(++at, face.box().right());
    insert.setFloat(++at, face.box().bottom());
    insert.setFloat(++at, face.score());
    insert.setFloat(++at, face.quality().overall());
    insert.setArray(++at, insert.getConnection().createArrayOf("float4", points.toArray()));
  }

  private static void bind(PreparedStatement statement, Key key) throws SQLException {
    statement.setObject(1, key.day());
    statement.setLong(2, key.rowId());
  }

  /**
   * Writes descriptors that are not there yet, and returns how many that were.
   *
   * @param keys of their faces
   */
  static long describe(Connection connection, List<Match> matches, Map<String, Key> keys)
      throws SQLException {
    if (matches.isEmpty()) {
      return 0;
    }
    // A day of descriptors may have been dropped before that of the faces.
    TreeSet<LocalDate> there = new TreeSet<>(FaceDays.all(connection, FaceDays.DESCRIPTORS));
    long written = 0;
    try (PreparedStatement insert = connection.prepareStatement(INSERT_DESCRIPTOR)) {
      for (Match match : matches) {
        Key key = of(keys, match.faceId());
        if (there.contains(key.day())) {
          bind(insert, key);
          insert.setString(3, match.model());
          insert.setBytes(4, bytes(Objects.requireNonNull(match.descriptor(), "checked before")));
          insert.addBatch();
        }
      }
      for (int count : insert.executeBatch()) {
        written += count;
      }
    }
    return written;
  }

  private static Key of(Map<String, Key> keys, String face) {
    return Objects.requireNonNull(keys.get(face), "a face with a row");
  }

  private static byte[] bytes(float[] descriptor) {
    ByteBuffer bytes =
        ByteBuffer.allocate(descriptor.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(descriptor);
    return bytes.array();
  }

  /** Deletes rows of all three tables. */
  static Erased delete(Connection connection, Collection<Key> keys) throws SQLException {
    long descriptors = 0;
    for (String table : keys.isEmpty() ? List.<String>of() : FaceDays.TABLES) {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM " + table + " WHERE day = ? AND row_id = ?")) {
        for (Key key : keys) {
          bind(delete, key);
          delete.addBatch();
        }
        for (int count : delete.executeBatch()) {
          descriptors += table.equals(FaceDays.DESCRIPTORS) ? count : 0;
        }
      }
    }
    return new Erased(keys.size(), descriptors);
  }

  /**
   * Erases all crops and descriptors of tracks, lets nothing be stored of their faces any more, and
   * notes the days whose files still hold the bytes. The tracks' sightings are locked by this.
   */
  static Erased erase(Connection connection, Collection<String> tracks) throws SQLException {
    Object[] sorted = new TreeSet<>(tracks).toArray();
    List<Key> keys = new ArrayList<>();
    try (PreparedStatement mark =
            connection.prepareStatement(
                "UPDATE sighting SET faces_erased = true WHERE track = ANY (?)"
                    + " AND NOT faces_erased");
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT day, row_id FROM sighting_face WHERE track = ANY (?)")) {
      mark.setArray(1, connection.createArrayOf("text", sorted));
      mark.executeUpdate();
      select.setArray(1, connection.createArrayOf("text", sorted));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          keys.add(new Key(rows.getObject(1, LocalDate.class), rows.getLong(2)));
        }
      }
    }
    ErasedDays.note(connection, keys.stream().map(Key::day).toList());
    return delete(connection, keys);
  }
}
