package org.facestream.sink.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.jspecify.annotations.Nullable;

/** The crops of sightings as faces that can be enrolled, or decided about again. Thread-safe. */
public final class StoredCrops {
  private static final String BEST =
      """
      SELECT face_id, camera, capture_time, zones, box_left, box_top, box_right, box_bottom, score,
          quality, landmarks, jpeg
      FROM sighting_face JOIN face_picture USING (day, row_id) WHERE track = ?
      ORDER BY quality DESC, face_id LIMIT 1\
      """;

  private static final String ALL =
      """
      SELECT face_id, track, camera, capture_time, zones, box_left, box_top, box_right, box_bottom,
          score, quality, landmarks, CASE WHEN model = ? THEN NULL ELSE jpeg END AS jpeg,
          model, descriptor
      FROM sighting_face LEFT JOIN face_picture USING (day, row_id)
          LEFT JOIN face_descriptor USING (day, row_id)
      WHERE track = ANY (?) ORDER BY capture_time, face_id\
      """;

  private static final byte[] NO_PICTURE = {};

  private final DataSource dataSource;

  /**
   * A stored face.
   *
   * @param face its picture is empty when it is not stored, or was not asked for
   * @param model of the descriptor, or null
   * @param descriptor null when none is stored
   */
  public record Described(Face face, @Nullable String model, float @Nullable [] descriptor) {}

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public StoredCrops(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * The best crop of a track that is kept. Of its quality only the total is known, and its
   * landmarks are those of the crop.
   */
  public Optional<Face> best(String track) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(BEST)) {
            select.setString(1, track);
            try (ResultSet row = select.executeQuery()) {
              if (!row.next()) {
                return Optional.empty();
              }
              return Optional.of(face(row, track));
            }
          }
        });
  }

  /**
   * All stored faces of some tracks, in the order of their capture.
   *
   * @param model faces with a descriptor of this model come without picture; null for none
   */
  public List<Described> of(Collection<String> tracks, @Nullable String model)
      throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Described> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(ALL)) {
            select.setString(1, model);
            select.setArray(2, connection.createArrayOf("text", tracks.toArray()));
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(
                    new Described(
                        face(row, row.getString("track")),
                        row.getString("model"),
                        Sightings.floats(row.getBytes("descriptor"))));
              }
            }
          }
          return all;
        });
  }

  private static Face face(ResultSet row, String track) throws SQLException {
    List<Point> points = new ArrayList<>();
    Float[] values = (Float[]) row.getArray("landmarks").getArray();
    for (int i = 0; i + 1 < values.length; i += 2) {
      points.add(new Point(values[i], values[i + 1]));
    }
    Landmarks landmarks = Landmarks.of(points);
    byte[] jpeg = row.getBytes("jpeg");
    return FaceBuilder.builder()
        .id(row.getString("face_id"))
        .camera(row.getString("camera"))
        .captureTime(StoredEvents.instant(row, "capture_time"))
        .track(track)
        .box(
            new Box(
                row.getFloat("box_left"),
                row.getFloat("box_top"),
                row.getFloat("box_right"),
                row.getFloat("box_bottom")))
        .landmarks(landmarks)
        .cropLandmarks(landmarks)
        .score(row.getFloat("score"))
        .quality(new Quality(row.getFloat("quality"), 0, 0, 0, 0, 0, 0, 0))
        .zones(StoredEvents.texts(row.getArray("zones")))
        .jpeg(jpeg == null ? NO_PICTURE : jpeg)
        .build();
  }
}
