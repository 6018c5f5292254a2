package org.facestream.detector.face;

import java.util.List;

/**
 * The five landmarks of a face. Left and right are as seen in the picture.
 *
 * @param leftEye centre of the eye on the picture's left
 * @param rightEye centre of the eye on the picture's right
 * @param nose tip of the nose
 * @param leftMouth corner of the mouth on the picture's left
 * @param rightMouth corner of the mouth on the picture's right
 */
public record Landmarks(
    Point leftEye, Point rightEye, Point nose, Point leftMouth, Point rightMouth) {

  /** The points in the order of the record's components. */
  public List<Point> points() {
    return List.of(leftEye, rightEye, nose, leftMouth, rightMouth);
  }

  /** Creates landmarks from five points in the order of the record's components. */
  public static Landmarks of(List<Point> points) {
    if (points.size() != 5) {
      throw new IllegalArgumentException("a face has five landmarks, not " + points.size());
    }
    return new Landmarks(points.get(0), points.get(1), points.get(2), points.get(3), points.get(4));
  }

  /** Moved, then scaled: {@code ((x - left) * scale, (y - top) * scale)}. */
  public Landmarks within(float left, float top, float scale) {
    return of(
        points().stream()
            .map(point -> new Point((point.x() - left) * scale, (point.y() - top) * scale))
            .toList());
  }
}
