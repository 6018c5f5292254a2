package org.facestream.deploy.lab.bench.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the cost grows with the number of cameras: the straight line that fits best (least squares).
 *
 * @param atNone cores that the line gives for no camera
 * @param perCamera cores for each camera
 * @param deviation how far the measurement that is farthest from the line is away from it, as a
 *     share of what was measured
 */
record Growth(double atNone, double perCamera, double deviation) {

  /** Cores used with a number of cameras. */
  record Point(int cameras, double cores) {}

  /**
   * The line through measurements; null for fewer than three different numbers of cameras, which
   * are always close to some line.
   */
  static @Nullable Growth of(List<Point> points) {
    if (points.stream().map(Point::cameras).distinct().count() < 3) {
      return null;
    }
    double meanCameras = points.stream().mapToInt(Point::cameras).average().orElseThrow();
    double meanCores = points.stream().mapToDouble(Point::cores).average().orElseThrow();
    double together = 0;
    double spread = 0;
    for (Point point : points) {
      together += (point.cameras() - meanCameras) * (point.cores() - meanCores);
      spread += (point.cameras() - meanCameras) * (point.cameras() - meanCameras);
    }
    double perCamera = together / spread;
    double atNone = meanCores - perCamera * meanCameras;
    double deviation =
        points.stream()
            .mapToDouble(
                point ->
                    Math.abs(point.cores() - atNone - perCamera * point.cameras()) / point.cores())
            .max()
            .orElseThrow();
    return new Growth(atNone, perCamera, deviation);
  }
}
