package org.facestream.detector.mtcnn;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The cells of one level of one picture in which P-Net detects faces. Cells of a level are squares
 * of one size on a grid, so their overlap depends only on their distance on the grid, and
 * suppression does not need boxes.
 */
final class ProposalMap {
  /** The side of a cell's square in pixels; cells are two pixels apart. */
  static final int STRIDE = 2;

  /** P-Net's values per cell: the logit of its probability, and four edge shifts. */
  static final int MAPS = 5;

  private int padding;
  private int columns;
  private int rows;
  private int size;
  private int[] cell = new int[256];
  private long[] order = new long[256];
  private float[] shift = new float[4 * 256];
  private float[] logit = new float[0];
  private boolean[] suppressed = new boolean[0];
  private float limit = Float.NaN;
  private int[] neighbours = new int[0];

  /**
   * Begins a level.
   *
   * @param columns of cells
   * @param rows of cells
   * @param padding pixels that were added on every side of the level
   */
  void begin(int columns, int rows, int padding) {
    this.padding = padding;
    this.columns = columns;
    this.rows = rows;
    size = 0;
  }

  /**
   * Adds the cells of one tile that reach the threshold.
   *
   * @param maps the tile's maps, from {@code at}
   * @param column of the tile's first cell in the level
   * @param row of the tile's first cell in the level
   * @param threshold least probability, 0 to 1
   */
  void scan(
      FloatBuffer maps,
      int at,
      int column,
      int row,
      int tileColumns,
      int tileRows,
      float threshold) {
    int cells = tileColumns * tileRows;
    if (logit.length < cells) {
      logit = new float[cells];
    }
    maps.get(at, logit, 0, cells);
    // The logistic function is monotonic, so logits are compared, and only few cells need its
    // value.
    float least = (float) Math.log(threshold / (1.0 - threshold));
    for (int i = 0; i < cells; i++) {
      if (logit[i] >= least) {
        if (size == cell.length) {
          grow();
        }
        int y = i / tileColumns;
        float probability = (float) (1 / (1 + Math.exp(-logit[i])));
        cell[size] = (row + y) * columns + column + i - y * tileColumns;
        order[size] = ((long) -Float.floatToIntBits(probability) << 32) | size;
        for (int edge = 0; edge < 4; edge++) {
          shift[4 * size + edge] = maps.get(at + (1 + edge) * cells + i);
        }
        size++;
      }
    }
  }

  /**
   * Suppresses overlapping cells and returns the others, best first.
   *
   * @param scaleX pixels of the picture per pixel of the level
   * @param scaleY pixels of the picture per pixel of the level
   * @param overlap intersection over union above which the weaker cell is dropped
   * @param most maximum number of results
   */
  void survivors(double scaleX, double scaleY, float overlap, int most, Candidates into) {
    if (size == 0) {
      return;
    }
    prepare(overlap);
    Arrays.sort(order, 0, size);
    int handed = 0;
    for (int rank = 0; rank < size && handed < most; rank++) {
      int i = (int) order[rank];
      if (suppressed[cell[i]]) {
        continue;
      }
      int x = cell[i] % columns;
      int y = cell[i] / columns;
      mark(x, y);
      int at = into.size();
      into.add(
          (float) ((STRIDE * x - padding) * scaleX),
          (float) ((STRIDE * y - padding) * scaleY),
          (float) ((STRIDE * x - padding + MtcnnOptions.CELL) * scaleX),
          (float) ((STRIDE * y - padding + MtcnnOptions.CELL) * scaleY),
          Float.intBitsToFloat((int) -(order[rank] >> 32)));
      for (int edge = 0; edge < 4; edge++) {
        into.shift(at, edge, shift[4 * i + edge]);
      }
      handed++;
    }
  }

  private void mark(int x, int y) {
    for (int k = 0; k < neighbours.length; k += 2) {
      int otherX = x + neighbours[k];
      int otherY = y + neighbours[k + 1];
      if (otherX >= 0 && otherX < columns && otherY >= 0 && otherY < rows) {
        suppressed[otherY * columns + otherX] = true;
      }
    }
  }

  private void prepare(float overlap) {
    if (suppressed.length < columns * rows) {
      suppressed = new boolean[columns * rows];
    } else {
      Arrays.fill(suppressed, 0, columns * rows, false);
    }
    if (overlap != limit) {
      limit = overlap;
      neighbours = neighbours(overlap);
    }
  }

  /** The distances, in cells, at which two cells overlap by more than a limit, as x, y pairs. */
  private static int[] neighbours(float overlap) {
    int reach = MtcnnOptions.CELL / STRIDE;
    int[] found = new int[2 * (2 * reach + 1) * (2 * reach + 1)];
    int count = 0;
    int area = MtcnnOptions.CELL * MtcnnOptions.CELL;
    for (int y = -reach; y <= reach; y++) {
      for (int x = -reach; x <= reach; x++) {
        int shared =
            (MtcnnOptions.CELL - STRIDE * Math.abs(x)) * (MtcnnOptions.CELL - STRIDE * Math.abs(y));
        if ((float) shared / (2 * area - shared) > overlap) {
          found[count++] = x;
          found[count++] = y;
        }
      }
    }
    return Arrays.copyOf(found, count);
  }

  private void grow() {
    int capacity = 2 * cell.length;
    cell = Arrays.copyOf(cell, capacity);
    order = Arrays.copyOf(order, capacity);
    shift = Arrays.copyOf(shift, 4 * capacity);
  }
}
