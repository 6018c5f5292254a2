package org.facestream.sink.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceBuilder;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.face.Quality;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;

/** Faces and matches for tests. */
public final class Faces {
  private Faces() {}

  /** A face of a track on camera {@code gate}; its picture is its id, in letters. */
  public static Face face(String track, String id, Instant captured, double quality) {
    return face("gate", track, id, captured, quality);
  }

  public static Face face(
      String camera, String track, String id, Instant captured, double quality) {
    Landmarks points =
        Landmarks.of(
            List.of(
                new Point(1, 2),
                new Point(3, 4),
                new Point(5, 6),
                new Point(7, 8),
                new Point(9, 10)));
    return FaceBuilder.builder()
        .id(id)
        .camera(camera)
        .epoch(1)
        .frameSequence(1)
        .captureTime(captured)
        .track(track)
        .frameWidth(640)
        .frameHeight(480)
        .box(new Box(10, 20, 30, 50))
        .landmarks(points)
        .cropLandmarks(points)
        .score(.75f)
        .quality(new Quality((float) quality, 1, 1, 1, 1, 0, 0, 0))
        .zones(List.of("door"))
        .jpeg(id.getBytes(StandardCharsets.UTF_8))
        .build();
  }

  /** The match of a face, with a descriptor of two values. */
  public static Match match(Face face) {
    return MatchBuilder.builder()
        .faceId(face.id())
        .camera(face.camera())
        .track(face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .score(face.score())
        .quality(face.quality().overall())
        .zones(face.zones())
        .candidates(List.of())
        .threshold(1)
        .model("facenet")
        .galleryVersion(1)
        .descriptor(new float[] {.5f, face.quality().overall()})
        .build();
  }
}
