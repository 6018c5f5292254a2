package org.facestream.detector.track;

import java.util.Arrays;

/**
 * Assigns rows to columns with the least total cost, using every row and column at most once (Kuhn
 * 1955; by shortest augmenting paths with potentials as Jonker and Volgenant 1987).
 */
final class Assignment {
  private Assignment() {}

  /**
   * Solves the assignment.
   *
   * @param costs row by row, all rows of the same length; a pair with a cost that is not negative
   *     is not used
   * @return for each row its column, or -1
   */
  static int[] solve(double[][] costs) {
    int rows = costs.length;
    int columns = rows == 0 ? 0 : costs[0].length;
    // Each row has an additional column for "none", so every row can be assigned.
    int all = columns + rows;
    double[] rowPotential = new double[rows + 1];
    double[] columnPotential = new double[all + 1];
    int[] rowOf = new int[all + 1];
    int[] previous = new int[all + 1];
    for (int row = 1; row <= rows; row++) {
      rowOf[0] = row;
      int column = 0;
      double[] least = new double[all + 1];
      Arrays.fill(least, Double.POSITIVE_INFINITY);
      boolean[] used = new boolean[all + 1];
      do {
        used[column] = true;
        int from = rowOf[column];
        int next = 0;
        double step = Double.POSITIVE_INFINITY;
        for (int to = 1; to <= all; to++) {
          if (used[to]) {
            continue;
          }
          double cost = to <= columns ? Math.min(0, costs[from - 1][to - 1]) : 0;
          double reduced = cost - rowPotential[from] - columnPotential[to];
          if (reduced < least[to]) {
            least[to] = reduced;
            previous[to] = column;
          }
          if (least[to] < step) {
            step = least[to];
            next = to;
          }
        }
        for (int to = 0; to <= all; to++) {
          if (used[to]) {
            rowPotential[rowOf[to]] += step;
            columnPotential[to] -= step;
          } else {
            least[to] -= step;
          }
        }
        column = next;
      } while (rowOf[column] != 0);
      do {
        int before = previous[column];
        rowOf[column] = rowOf[before];
        column = before;
      } while (column != 0);
    }
    int[] columnOf = new int[rows];
    Arrays.fill(columnOf, -1);
    for (int column = 1; column <= columns; column++) {
      int row = rowOf[column] - 1;
      if (row >= 0 && costs[row][column - 1] < 0) {
        columnOf[row] = column - 1;
      }
    }
    return columnOf;
  }
}
