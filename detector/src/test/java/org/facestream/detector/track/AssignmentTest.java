package org.facestream.detector.track;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  @Test
  void takesTheCheapestPairingAsAWholeNotTheCheapestPairFirst() {
    assertArrayEquals(new int[] {1, 0}, Assignment.solve(new double[][] {{-10, -9}, {-9, -1}}));
  }

  @Test
  void leavesAlonePairsThatAreWorseThanNone() {
    assertArrayEquals(new int[] {-1, 0}, Assignment.solve(new double[][] {{0, 3}, {-1, 2}}));
    assertArrayEquals(new int[] {-1}, Assignment.solve(new double[][] {{}}));
    assertArrayEquals(new int[] {}, Assignment.solve(new double[][] {}));
  }

  @Test
  void isAsGoodAsTryingEveryPairing() {
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      int rows = 1 + random.nextInt(5);
      int columns = 1 + random.nextInt(5);
      double[][] costs = new double[rows][columns];
      for (double[] row : costs) {
        for (int column = 0; column < columns; column++) {
          row[column] = random.nextInt(21) - 15;
        }
      }
      int[] found = Assignment.solve(costs);
      double sum = 0;
      long used = 0;
      for (int row = 0; row < rows; row++) {
        if (found[row] >= 0) {
          sum += costs[row][found[row]];
          assertEquals(0, used >> found[row] & 1, "a column is used once");
          used |= 1L << found[row];
        }
      }
      assertEquals(best(costs, 0, 0), sum, 1e-9);
    }
  }

  private static double best(double[][] costs, int row, long used) {
    if (row == costs.length) {
      return 0;
    }
    double best = best(costs, row + 1, used);
    for (int column = 0; column < costs[row].length; column++) {
      if ((used >> column & 1) == 0) {
        best = Math.min(best, costs[row][column] + best(costs, row + 1, used | 1L << column));
      }
    }
    return best;
  }
}
