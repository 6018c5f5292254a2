package org.facestream.recognizer.facenet;

import java.util.List;
import org.facestream.detector.face.Point;

/**
 * Turning, uniform scaling and shifting in the plane: {@code (x, y)} goes to {@code (a·x - b·y + c,
 * b·x + a·y + d)}. No mirroring, no shearing.
 *
 * @param a scale × cosine of the angle
 * @param b scale × sine of the angle
 * @param c shift to the right
 * @param d shift downwards
 */
record Similarity(double a, double b, double c, double d) {

  /**
   * The transform of {@code from} that is nearest to {@code to} in the sum of squared distances (S.
   * Umeyama, "Least-Squares Estimation of Transformation Parameters Between Two Point Patterns",
   * IEEE PAMI 13 (4), 1991; in the plane and without mirroring it has this closed form).
   *
   * @throws IllegalArgumentException if a coordinate is not a finite number, if all points of
   *     {@code from} are equal, or if no rotation is better than another
   */
  static Similarity between(List<Point> from, List<Point> to) {
    if (from.size() != to.size() || from.isEmpty()) {
      throw new IllegalArgumentException("as many points on either side, and at least one");
    }
    int count = from.size();
    double fromX = from.stream().mapToDouble(Point::x).average().orElseThrow();
    double fromY = from.stream().mapToDouble(Point::y).average().orElseThrow();
    double toX = to.stream().mapToDouble(Point::x).average().orElseThrow();
    double toY = to.stream().mapToDouble(Point::y).average().orElseThrow();
    double along = 0;
    double across = 0;
    double spread = 0;
    for (int i = 0; i < count; i++) {
      double x = from.get(i).x() - fromX;
      double y = from.get(i).y() - fromY;
      double u = to.get(i).x() - toX;
      double v = to.get(i).y() - toY;
      along += x * u + y * v;
      across += x * v - y * u;
      spread += x * x + y * y;
    }
    double a = along / spread;
    double b = across / spread;
    // Also false for NaN and for infinity, which a division by a spread of 0 gives.
    if (!(Math.hypot(a, b) > 0 && Math.hypot(a, b) < Double.MAX_VALUE)) {
      throw new IllegalArgumentException("the landmarks do not span a face");
    }
    return new Similarity(a, b, toX - a * fromX + b * fromY, toY - b * fromX - a * fromY);
  }

  /** Lengths grow by this factor. */
  double scale() {
    return Math.hypot(a, b);
  }

  Similarity inverse() {
    double square = a * a + b * b;
    return new Similarity(
        a / square, -b / square, -(a * c + b * d) / square, (b * c - a * d) / square);
  }

  Point apply(Point point) {
    return new Point(
        (float) (a * point.x() - b * point.y() + c), (float) (b * point.x() + a * point.y() + d));
  }
}
