package org.facestream.recognizer.gallery.match;

import java.nio.FloatBuffer;
import org.facestream.detector.onnx.TensorBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@value #ROWS} descriptors, column after column, in memory outside the heap, where OpenBLAS
 * reads it: the garbage collector never copies it, and frees it with the block.
 *
 * <p>Rows are only ever appended; what a published {@link View} can see is never written again. A
 * removed row keeps its place and loses its person, in a copy of the persons when the old array was
 * published.
 */
final class ReferenceBlock {
  static final int ROWS = 512;

  /** Person of a removed row. */
  static final int NOBODY = -1;

  static final long NEVER = Long.MAX_VALUE;

  /**
   * What a snapshot sees of a block.
   *
   * @param columns value {@code d} of row {@code r} at {@code d * ROWS + r}
   * @param norms per row the squared length of the descriptor
   * @param persons per row the person's slot, or {@link #NOBODY}
   * @param expiries per row milliseconds since 1970, or {@link #NEVER}
   * @param faceIds per row
   * @param rows how many rows there are, removed ones included
   */
  record View(
      FloatBuffer columns,
      float[] norms,
      int[] persons,
      long[] expiries,
      String[] faceIds,
      int rows) {}

  private final int length;
  private final FloatBuffer columns;
  private final float[] norms = new float[ROWS];
  private final long[] expiries = new long[ROWS];
  private final String[] faceIds = new String[ROWS];
  private int[] persons = new int[ROWS];
  private boolean personsPublished;
  private int rows;
  private int removed;
  private @Nullable View view;

  ReferenceBlock(int length) {
    this.length = length;
    this.columns = TensorBuffer.floats(Math.multiplyExact(length, ROWS));
  }

  boolean full() {
    return rows == ROWS;
  }

  int rows() {
    return rows;
  }

  int live() {
    return rows - removed;
  }

  int append(float[] descriptor, int person, String faceId, long expiry) {
    int row = rows;
    double square = 0;
    for (int d = 0; d < length; d++) {
      columns.put(d * ROWS + row, descriptor[d]);
      square += (double) descriptor[d] * descriptor[d];
    }
    norms[row] = (float) square;
    persons[row] = person;
    faceIds[row] = faceId;
    expiries[row] = expiry;
    rows++;
    view = null;
    return row;
  }

  void remove(int row) {
    if (personsPublished) {
      persons = persons.clone();
      personsPublished = false;
    }
    persons[row] = NOBODY;
    removed++;
    view = null;
  }

  float[] descriptor(int row) {
    float[] descriptor = new float[length];
    for (int d = 0; d < length; d++) {
      descriptor[d] = columns.get(d * ROWS + row);
    }
    return descriptor;
  }

  int person(int row) {
    return persons[row];
  }

  String faceId(int row) {
    return faceIds[row];
  }

  long expiry(int row) {
    return expiries[row];
  }

  View publish() {
    if (view == null) {
      view = new View(columns, norms, persons, expiries, faceIds, rows);
      personsPublished = true;
    }
    return view;
  }
}
