package org.facestream.deploy.command.picture;

import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Picture;

/** Where a face is in a picture of its whole size, also when it was decoded at a smaller one. */
final class FullSize {
  private FullSize() {}

  static Detection of(Detection face, Picture picture) {
    if (picture.fullWidth() == picture.width()) {
      return face;
    }
    float factor = picture.fullWidth() / (float) picture.width();
    Box box = face.box();
    List<Point> points =
        face.landmarks().points().stream()
            .map(point -> new Point(point.x() * factor, point.y() * factor))
            .toList();
    return new Detection(
        new Box(
            box.left() * factor, box.top() * factor, box.right() * factor, box.bottom() * factor),
        Landmarks.of(points),
        face.score());
  }
}
