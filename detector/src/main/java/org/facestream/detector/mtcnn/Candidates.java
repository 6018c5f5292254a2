package org.facestream.detector.mtcnn;

import java.util.Arrays;

/**
 * The boxes of one picture in the cascade, as columns that are reused by each call. Edges are in
 * pixels of the picture; the left edge of the left-most pixel is 0.
 */
final class Candidates {
  static final int LANDMARKS = 10;

  private int size;
  private float[] left = new float[64];
  private float[] top = new float[64];
  private float[] right = new float[64];
  private float[] bottom = new float[64];
  private float[] score = new float[64];
  private float[] shift = new float[4 * 64];
  private float[] landmarks = new float[LANDMARKS * 64];
  private long[] order = new long[64];
  private boolean[] dropped = new boolean[64];

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  float left(int i) {
    return left[i];
  }

  float top(int i) {
    return top[i];
  }

  float right(int i) {
    return right[i];
  }

  float bottom(int i) {
    return bottom[i];
  }

  float score(int i) {
    return score[i];
  }

  /** The side of a box that {@link #square} has made square. */
  float side(int i) {
    return right[i] - left[i];
  }

  /** The place of a landmark: x of the five, then y of the five. */
  float landmark(int i, int coordinate) {
    return landmarks[i * LANDMARKS + coordinate];
  }

  void add(float newLeft, float newTop, float newRight, float newBottom, float newScore) {
    if (size == left.length) {
      grow();
    }
    left[size] = newLeft;
    top[size] = newTop;
    right[size] = newRight;
    bottom[size] = newBottom;
    score[size] = newScore;
    size++;
  }

  void score(int i, float value) {
    score[i] = value;
  }

  /**
   * Stores a network's shift of an edge, as a fraction of the box's width or height.
   *
   * @param edge 0 to 3: left, top, right, bottom
   */
  void shift(int i, int edge, float fraction) {
    shift[4 * i + edge] = fraction;
  }

  void landmark(int i, int coordinate, float value) {
    landmarks[i * LANDMARKS + coordinate] = value;
  }

  /** Moves the edges by the stored shifts. */
  void regress() {
    for (int i = 0; i < size; i++) {
      float width = right[i] - left[i];
      float height = bottom[i] - top[i];
      left[i] += shift[4 * i] * width;
      top[i] += shift[4 * i + 1] * height;
      right[i] += shift[4 * i + 2] * width;
      bottom[i] += shift[4 * i + 3] * height;
    }
  }

  /** Widens each box to a square about its centre. */
  void square() {
    for (int i = 0; i < size; i++) {
      float half = Math.max(right[i] - left[i], bottom[i] - top[i]) / 2;
      float x = (left[i] + right[i]) / 2;
      float y = (top[i] + bottom[i]) / 2;
      left[i] = x - half;
      right[i] = x + half;
      top[i] = y - half;
      bottom[i] = y + half;
    }
  }

  /** Drops boxes that became empty, and those completely outside of the picture. */
  void dropDegenerate(int width, int height) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      // Written so that a box with a NaN is dropped too.
      if (right[i] - left[i] >= 1
          && bottom[i] - top[i] >= 1
          && right[i] > 0
          && bottom[i] > 0
          && left[i] < width
          && top[i] < height) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  /** Drops what scores less. */
  void dropBelow(float threshold) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (score[i] >= threshold) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  /**
   * Suppresses overlapping boxes: greedily, best first, drops boxes that overlap a kept one by more
   * than a limit. The kept boxes are ordered best first.
   *
   * @param limit of intersection over union, or over the smaller area
   * @param overSmaller which of the two
   * @param most how many to keep
   */
  void suppress(float limit, boolean overSmaller, int most) {
    sort();
    Arrays.fill(dropped, 0, size, false);
    int kept = 0;
    for (int i = 0; i < size && kept < most; i++) {
      if (dropped[i]) {
        continue;
      }
      for (int j = i + 1; j < size; j++) {
        if (!dropped[j] && overlap(i, j, overSmaller) > limit) {
          dropped[j] = true;
        }
      }
      move(i, kept++);
    }
    size = kept;
  }

  /** Keeps the best. */
  void keepBest(int most) {
    if (size > most) {
      sort();
      size = most;
    }
  }

  private float overlap(int i, int j, boolean overSmaller) {
    float width = Math.min(right[i], right[j]) - Math.max(left[i], left[j]);
    float height = Math.min(bottom[i], bottom[j]) - Math.max(top[i], top[j]);
    if (width <= 0 || height <= 0) {
      return 0;
    }
    float intersection = width * height;
    float one = (right[i] - left[i]) * (bottom[i] - top[i]);
    float other = (right[j] - left[j]) * (bottom[j] - top[j]);
    return intersection / (overSmaller ? Math.min(one, other) : one + other - intersection);
  }

  /** Best first; of equals, the earlier. */
  private void sort() {
    for (int i = 0; i < size; i++) {
      order[i] = ((long) -Float.floatToIntBits(score[i]) << 32) | i;
    }
    Arrays.sort(order, 0, size);
    for (int to = 0; to < size; to++) {
      // The entry may have moved: follow it.
      int from = (int) order[to];
      while (from < to) {
        from = (int) order[from];
      }
      swap(from, to);
      order[to] = from;
    }
  }

  private void swap(int a, int b) {
    if (a == b) {
      return;
    }
    if (size == left.length) {
      grow();
    }
    // The place after the last one is temporary storage.
    move(a, size);
    move(b, a);
    move(size, b);
  }

  private void move(int from, int to) {
    if (from == to) {
      return;
    }
    left[to] = left[from];
    top[to] = top[from];
    right[to] = right[from];
    bottom[to] = bottom[from];
    score[to] = score[from];
    System.arraycopy(shift, 4 * from, shift, 4 * to, 4);
    System.arraycopy(landmarks, LANDMARKS * from, landmarks, LANDMARKS * to, LANDMARKS);
  }

  private void grow() {
    int capacity = 2 * left.length;
    left = Arrays.copyOf(left, capacity);
    top = Arrays.copyOf(top, capacity);
    right = Arrays.copyOf(right, capacity);
    bottom = Arrays.copyOf(bottom, capacity);
    score = Arrays.copyOf(score, capacity);
    shift = Arrays.copyOf(shift, 4 * capacity);
    landmarks = Arrays.copyOf(landmarks, LANDMARKS * capacity);
    order = Arrays.copyOf(order, capacity);
    dropped = Arrays.copyOf(dropped, capacity);
  }
}
