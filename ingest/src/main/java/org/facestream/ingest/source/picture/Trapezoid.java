package org.facestream.ingest.source.picture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.facestream.ingest.registry.Polygon;

/**
 * A piece of an area between two horizontal lines; as a triangle it has a side without length.
 *
 * @param top its upper edge, share of the height
 * @param bottom its lower edge
 * @param left the upper and lower end of its left side
 * @param right the same for its right side
 */
record Trapezoid(double top, double bottom, Side left, Side right) {
  /** The position of a side at the upper and the lower edge, as shares of the width. */
  record Side(double above, double below) {}

  private record Edge(Polygon.Point upper, Polygon.Point lower, int turn) {
    /** The edge crosses that height. */
    double at(double y) {
      double share = (y - upper.y()) / (lower.y() - upper.y());
      return upper.x() + share * (lower.x() - upper.x());
    }

    boolean spans(double top, double bottom) {
      return upper.y() <= top && lower.y() >= bottom;
    }
  }

  /** The four corners, in order. */
  double[][] corners() {
    return new double[][] {
      {left.above, top}, {right.above, top}, {right.below, bottom}, {left.below, bottom}
    };
  }

  /**
   * Cuts an area at the height of every corner and every crossing of its outline. The inside is
   * everything that the outline encloses, once or more often, in either direction.
   */
  static List<Trapezoid> cut(List<Polygon.Point> corners) {
    List<Edge> edges = edges(corners);
    List<Trapezoid> pieces = new ArrayList<>();
    Double top = null;
    for (double bottom : heights(corners, edges)) {
      if (top != null) {
        between(edges, top, bottom, pieces);
      }
      top = bottom;
    }
    return pieces;
  }

  private static void between(List<Edge> edges, double top, double bottom, List<Trapezoid> pieces) {
    double middle = (top + bottom) / 2;
    List<Edge> here =
        edges.stream()
            .filter(edge -> edge.spans(top, bottom))
            .sorted(Comparator.comparingDouble(edge -> edge.at(middle)))
            .toList();
    int turns = 0;
    Edge left = null;
    for (Edge edge : here) {
      if (turns == 0) {
        left = edge;
      }
      turns += edge.turn;
      if (turns == 0) {
        pieces.add(new Trapezoid(top, bottom, side(left, top, bottom), side(edge, top, bottom)));
      }
    }
  }

  private static Side side(Edge edge, double top, double bottom) {
    return new Side(edge.at(top), edge.at(bottom));
  }

  private static List<Edge> edges(List<Polygon.Point> corners) {
    List<Edge> edges = new ArrayList<>();
    Polygon.Point from = corners.get(corners.size() - 1);
    for (Polygon.Point to : corners) {
      if (from.y() < to.y()) {
        edges.add(new Edge(from, to, 1));
      } else if (from.y() > to.y()) {
        edges.add(new Edge(to, from, -1));
      }
      from = to;
    }
    return edges;
  }

  private static TreeSet<Double> heights(List<Polygon.Point> corners, List<Edge> edges) {
    TreeSet<Double> heights = new TreeSet<>();
    corners.forEach(corner -> heights.add(corner.y()));
    for (Edge one : edges) {
      for (Edge other : edges) {
        double top = Math.max(one.upper.y(), other.upper.y());
        double bottom = Math.min(one.lower.y(), other.lower.y());
        if (top < bottom) {
          double before = one.at(top) - other.at(top);
          double after = one.at(bottom) - other.at(bottom);
          if (before * after < 0) {
            heights.add(top + (bottom - top) * before / (before - after));
          }
        }
      }
    }
    return heights;
  }
}
