package org.facestream.recognizer.gallery;

/**
 * Up to {@value #ROWS} descriptors, column after column, so that a loop over rows is a loop over
 * neighbouring floats, which the compiler turns into vector instructions without changing the order
 * of any sum.
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
   * @param persons per row the person's slot, or {@link #NOBODY}
   * @param expiries per row milliseconds since 1970, or {@link #NEVER}
   * @param faceIds per row
   * @param rows how many rows there are, removed ones included
   */
  record View(float[] columns, int[] persons, long[] expiries, String[] faceIds, int rows) {}

  private final int length;
  private final float[] columns;
  private final long[] expiries = new long[ROWS];
  private final String[] faceIds = new String[ROWS];
  private int[] persons = new int[ROWS];
  private boolean personsPublished;
  private int rows;
  private int removed;
  private View view;

  ReferenceBlock(int length) {
    this.length = length;
    this.columns = new float[Math.multiplyExact(length, ROWS)];
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
    for (int d = 0; d < length; d++) {
      columns[d * ROWS + row] = descriptor[d];
    }
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
      descriptor[d] = columns[d * ROWS + row];
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
      view = new View(columns, persons, expiries, faceIds, rows);
      personsPublished = true;
    }
    return view;
  }
}
