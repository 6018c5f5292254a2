package org.facestream.ingest.camera;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Objects;
import org.facestream.ingest.worker.config.UserError;

/**
 * An area of a camera's picture, whatever its resolution. As JSON it is a list of pairs: {@code
 * [[0.1, 0.1], [0.5, 0.1], [0.3, 0.6]]}.
 *
 * @param points its corners in their order, 3 to 64; the last is joined to the first
 */
public record Polygon(List<Point> points) {
  private static final int MOST_POINTS = 64;

  /**
   * A corner.
   *
   * @param x share of the picture's width from the left, 0 to 1
   * @param y share of the picture's height from the top, 0 to 1
   */
  public record Point(double x, double y) {
    /**
     * Checks both.
     *
     * @throws UserError when one is out of range
     */
    public Point {
      if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
        throw new UserError(
            "a point is a share of the width and one of the height, each 0 to 1; [%s, %s] is not."
                .formatted(x, y));
      }
    }
  }

  /**
   * Checks the corners.
   *
   * @throws UserError when they are too few or too many, or enclose nothing
   */
  public Polygon {
    points = copy(points);
    if (points.size() < 3 || points.size() > MOST_POINTS) {
      throw new UserError(
          "a polygon has 3 to %d points, such as [[0.1, 0.1], [0.5, 0.1], [0.3, 0.6]]; this one has %d."
              .formatted(MOST_POINTS, points.size()));
    }
    if (onALine(points)) {
      throw new UserError("a polygon's points lie on one line; it encloses nothing.");
    }
    if (crossesItself(points)) {
      throw new UserError("a polygon's outline crosses itself; list its corners in their order.");
    }
  }

  /** From pairs, as JSON and YAML have them. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Polygon of(List<List<Double>> pairs) {
    return new Polygon(pairs.stream().map(Polygon::point).toList());
  }

  private static Point point(List<Double> pair) {
    if (pair == null || pair.size() != 2 || pair.stream().anyMatch(Objects::isNull)) {
      throw new UserError("a polygon's point is two numbers, such as [0.1, 0.5].");
    }
    return new Point(pair.get(0), pair.get(1));
  }

  /** As pairs. */
  @JsonValue
  public List<List<Double>> pairs() {
    return points.stream().map(point -> List.of(point.x(), point.y())).toList();
  }

  /** Whether a point lies inside, by the even-odd rule. */
  public boolean contains(double x, double y) {
    boolean inside = false;
    Point before = points.get(points.size() - 1);
    for (Point each : points) {
      if ((each.y() > y) != (before.y() > y)
          && x < (before.x() - each.x()) * (y - each.y()) / (before.y() - each.y()) + each.x()) {
        inside = !inside;
      }
      before = each;
    }
    return inside;
  }

  /** A copy; an absent list is empty. */
  static <T> List<T> copy(List<T> areas) {
    if (areas != null && areas.stream().anyMatch(Objects::isNull)) {
      throw new UserError("a list of points, masks or zones holds an empty item.");
    }
    return areas == null ? List.of() : List.copyOf(areas);
  }

  /** What is inside would be in doubt, and a mask would leave open what it seems to cover. */
  private static boolean crossesItself(List<Point> points) {
    int count = points.size();
    for (int i = 0; i < count; i++) {
      for (int j = i + 2; j < count; j++) {
        boolean neighbours = i == 0 && j == count - 1;
        if (!neighbours
            && cross(
                points.get(i), points.get(i + 1), points.get(j), points.get((j + 1) % count))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean cross(Point a, Point b, Point c, Point d) {
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  /** On which side of a line a point lies: the sign tells. */
  private static double side(Point from, Point to, Point point) {
    return (to.x() - from.x()) * (point.y() - from.y())
        - (to.y() - from.y()) * (point.x() - from.x());
  }

  private static boolean onALine(List<Point> points) {
    Point first = points.get(0);
    for (Point second : points) {
      for (Point third : points) {
        double area =
            (second.x() - first.x()) * (third.y() - first.y())
                - (second.y() - first.y()) * (third.x() - first.x());
        if (Math.abs(area) > 1e-9) {
          return false;
        }
      }
    }
    return true;
  }
}
