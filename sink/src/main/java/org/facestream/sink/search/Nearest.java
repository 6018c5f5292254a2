package org.facestream.sink.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.DoubleAccumulator;

/**
 * Collects the rows that may be among the nearest. Of each row it is known between which bounds the
 * distance lies; as soon as enough rows are known to be within some distance, rows that are
 * certainly farther do not matter. One thread uses it; all threads of a search share the limit.
 */
final class Nearest {
  private static final int LEAST_ROOM = 4096;

  /** From this on rows are not worth keeping. */
  static final class Limit {
    private final DoubleAccumulator least =
        new DoubleAccumulator(Math::min, Double.POSITIVE_INFINITY);

    double get() {
      return least.get();
    }
  }

  /**
   * A row whose distance is known.
   *
   * @param day of the row
   * @param row the row id
   * @param exactly the distance, as {@link Comparison#exactly} has it
   */
  record Near(String day, long row, double exactly) {
    static final Comparator<Near> ORDER =
        Comparator.comparingDouble(Near::exactly).thenComparingLong(Near::row);
  }

  /**
   * A row that may be among them.
   *
   * @param view where it is
   * @param place which row of the segment
   * @param least the distance at least
   */
  private record Candidate(FaceIndex.View view, long place, long row, double least) {}

  private final Comparison comparison;
  private final int most;
  private final Limit limit;

  /** The smallest upper bounds so far, ascending. */
  private final double[] bounds;

  private List<Candidate> candidates = new ArrayList<>();
  private List<Near> known = new ArrayList<>();

  /**
   * @param most how many are wanted
   */
  Nearest(Comparison comparison, int most, Limit limit) {
    this.comparison = comparison;
    this.most = most;
    this.limit = limit;
    this.bounds = new double[most];
    Arrays.fill(bounds, Double.POSITIVE_INFINITY);
  }

  /** Farther rows do not matter. */
  double limit() {
    return limit.get();
  }

  /** Takes in a row whose distance is between two bounds. */
  void offer(FaceIndex.View view, long place, long row, double least, double atMost)
      throws IOException {
    candidates.add(new Candidate(view, place, row, least));
    bound(atMost);
    if (candidates.size() + known.size() >= LEAST_ROOM + 4 * most) {
      makeRoom();
    }
  }

  /** Takes in a row whose distance is known. */
  void offer(Near near) {
    if (near.exactly() <= limit.get() && near.exactly() < Double.POSITIVE_INFINITY) {
      known.add(near);
      bound(near.exactly());
      if (known.size() >= LEAST_ROOM + 4 * most) {
        keepNearest();
      }
    }
  }

  private void bound(double atMost) {
    if (atMost >= bounds[most - 1]) {
      return;
    }
    int at = Arrays.binarySearch(bounds, atMost);
    at = at < 0 ? -at - 1 : at;
    System.arraycopy(bounds, at, bounds, at + 1, most - 1 - at);
    bounds[at] = atMost;
    limit.least.accumulate(bounds[most - 1]);
  }

  private void makeRoom() throws IOException {
    double farthest = limit.get();
    candidates.removeIf(candidate -> candidate.least() > farthest);
    known.removeIf(near -> near.exactly() > farthest);
    if (candidates.size() + known.size() >= LEAST_ROOM / 2 + 2 * most) {
      compare();
    }
  }

  /** Computes the distances of all candidates, and keeps as many as are wanted. */
  private void compare() throws IOException {
    candidates.sort(Comparator.comparingDouble(Candidate::least));
    for (Candidate candidate : candidates) {
      if (candidate.least() <= limit.get()) {
        double exactly =
            comparison.exactly(candidate.view().segment().descriptor(candidate.place()));
        if (exactly < Double.POSITIVE_INFINITY) {
          known.add(new Near(candidate.view().description().day(), candidate.row(), exactly));
        }
      }
    }
    candidates.clear();
    keepNearest();
  }

  private void keepNearest() {
    known.sort(Near.ORDER);
    if (known.size() > most) {
      known = new ArrayList<>(known.subList(0, most));
    }
    if (known.size() == most) {
      limit.least.accumulate(known.get(most - 1).exactly());
    }
  }

  /** The nearest rows of it, nearest first; then it is empty. */
  List<Near> take() throws IOException {
    compare();
    List<Near> nearest = known;
    known = new ArrayList<>();
    candidates = new ArrayList<>();
    return nearest;
  }
}
