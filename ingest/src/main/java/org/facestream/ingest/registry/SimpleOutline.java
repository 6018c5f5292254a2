package org.facestream.ingest.registry;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks that the outline of a polygon neither crosses nor touches itself, because its inside is
 * otherwise ambiguous. Computes exactly, with the decimal numbers as written.
 */
final class SimpleOutline {
  private SimpleOutline() {}

  /** Without corners that repeat the one before, as when the first is given again at the end. */
  static List<Polygon.Point> withoutRepeats(List<Polygon.Point> points) {
    List<Polygon.Point> kept = new ArrayList<>();
    for (Polygon.Point point : points) {
      if (kept.isEmpty() || !kept.get(kept.size() - 1).equals(point)) {
        kept.add(point);
      }
    }
    while (kept.size() > 1 && kept.get(0).equals(kept.get(kept.size() - 1))) {
      kept.remove(kept.size() - 1);
    }
    return List.copyOf(kept);
  }

  /** A corner at which an edge begins that crosses, touches or covers another. */
  static Optional<Polygon.Point> fault(List<Polygon.Point> points) {
    int count = points.size();
    for (int i = 0; i < count; i++) {
      Polygon.Point from = points.get(i);
      Polygon.Point to = points.get((i + 1) % count);
      Polygon.Point next = points.get((i + 2) % count);
      if (side(from, to, next) == 0 && goesBack(from, to, next)) {
        return Optional.of(to);
      }
      for (int j = i + 2; j < count; j++) {
        boolean neighbours = i == 0 && j == count - 1;
        if (!neighbours && meet(from, to, points.get(j), points.get((j + 1) % count))) {
          return Optional.of(points.get(j));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean meet(Polygon.Point a, Polygon.Point b, Polygon.Point c, Polygon.Point d) {
    if (apart(a.x(), b.x(), c.x(), d.x()) || apart(a.y(), b.y(), c.y(), d.y())) {
      return false;
    }
    // Where their boxes meet, edges meet when the ends of neither lie on one side of the other.
    return side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0;
  }

  private static boolean apart(double a, double b, double c, double d) {
    return Math.max(a, b) < Math.min(c, d) || Math.max(c, d) < Math.min(a, b);
  }

  /** Of three points on a line: whether the way from the second leads back. */
  private static boolean goesBack(Polygon.Point from, Polygon.Point to, Polygon.Point next) {
    return (to.x() - from.x()) * (next.x() - to.x()) < 0
        || (to.y() - from.y()) * (next.y() - to.y()) < 0;
  }

  /** On which side of a line a point lies: 1, -1, or 0 for on it. */
  private static int side(Polygon.Point from, Polygon.Point to, Polygon.Point point) {
    BigDecimal across = difference(to.x(), from.x()).multiply(difference(point.y(), from.y()));
    BigDecimal along = difference(to.y(), from.y()).multiply(difference(point.x(), from.x()));
    return across.compareTo(along);
  }

  private static BigDecimal difference(double one, double other) {
    return BigDecimal.valueOf(one).subtract(BigDecimal.valueOf(other));
  }
}
