package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * An area of a camera's picture, independent of the resolution. In JSON it is a list of pairs:
 * {@code [[0.1, 0.1], [0.5, 0.1], [0.3, 0.6]]}.
 *
 * @param points its corners in order, 3 to 64; the last is connected to the first
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
   * Checks the corners. A corner that repeats the one before is removed, and so is a last one that
   * repeats the first.
   *
   * @throws UserError when there are too few or too many, or all are on one line
   */
  public Polygon {
    points = SimpleOutline.withoutRepeats(copy(points));
    if (points.size() < 3 || points.size() > MOST_POINTS) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "a polygon has 3 to %d points, such as [[0.1, 0.1], [0.5, 0.1], [0.3, 0.6]]; this one has %d.",
              MOST_POINTS,
              points.size()));
    }
    if (onALine(points)) {
      throw new UserError("a polygon's points lie on one line; it encloses nothing.");
    }
  }

  /** Creates a polygon from pairs, as in JSON and YAML. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Polygon of(List<? extends @Nullable List<@Nullable Double>> pairs) {
    return new Polygon(pairs.stream().map(Polygon::point).toList());
  }

  /**
   * The same with the rules for new polygons. Polygons that were stored before these rules stay
   * readable, because the camera would otherwise run without its masks or not at all.
   *
   * @throws UserError when the outline crosses or touches itself, so that its inside is ambiguous
   */
  public Polygon simple() {
    SimpleOutline.fault(points)
        .ifPresent(
            at -> {
              throw new UserError(
                  ("a polygon's outline crosses, touches or repeats itself near [%s, %s]; list each"
                          + " corner once, in their order around the area.")
                      .formatted(at.x(), at.y()));
            });
    return this;
  }

  private static Point point(@Nullable List<@Nullable Double> pair) {
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

  /** The same area after the picture is turned clockwise by 0, 90, 180 or 270 degrees. */
  Polygon turned(int degrees) {
    List<Point> turned = points;
    for (int done = 90; done <= degrees; done += 90) {
      turned = turned.stream().map(point -> new Point(1 - point.y(), point.x())).toList();
    }
    return degrees == 0 ? this : new Polygon(turned);
  }

  /** Whether the outline encloses a point, once or more often. */
  public boolean contains(double x, double y) {
    int turns = 0;
    Point before = points.get(points.size() - 1);
    for (Point each : points) {
      if ((each.y() > y) != (before.y() > y)
          && x < (before.x() - each.x()) * (y - each.y()) / (before.y() - each.y()) + each.x()) {
        turns += each.y() > y ? 1 : -1;
      }
      before = each;
    }
    return turns != 0;
  }

  /** A copy; an absent list is empty. */
  static <T> List<T> copy(@Nullable List<T> areas) {
    if (areas != null && areas.stream().anyMatch(Objects::isNull)) {
      throw new UserError("a list of points, masks or zones holds an empty item.");
    }
    return areas == null ? List.of() : List.copyOf(areas);
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
