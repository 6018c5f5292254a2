package org.facestream.sink.api.picture;

import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Picture;

/** Where a face is in a picture of its whole size, also when it was decoded at a smaller one. */
public final class FullSize {
  private FullSize() {}

  /** A detection. */
  public static Detection of(Detection face, Picture picture) {
    float factor = factor(picture);
    return new Detection(
        scaled(face.box(), factor), scaled(face.landmarks(), factor), face.score());
  }

  static SeenFace of(SeenFace face, Picture picture) {
    float factor = factor(picture);
    return new SeenFace(
        scaled(face.box(), factor), scaled(face.landmarks(), factor), face.score(), face.quality());
  }

  private static float factor(Picture picture) {
    return picture.fullWidth() == picture.width()
        ? 1
        : picture.fullWidth() / (float) picture.width();
  }

  private static Box scaled(Box box, float factor) {
    return new Box(
        box.left() * factor, box.top() * factor, box.right() * factor, box.bottom() * factor);
  }

  private static Landmarks scaled(Landmarks landmarks, float factor) {
    return Landmarks.of(
        landmarks.points().stream()
            .map(point -> new Point(point.x() * factor, point.y() * factor))
            .toList());
  }
}
