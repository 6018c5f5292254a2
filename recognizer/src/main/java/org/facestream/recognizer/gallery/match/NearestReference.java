package org.facestream.recognizer.gallery.match;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A person is as near as the person's nearest reference. */
final class NearestReference implements PersonDistances {
  private final DescriptorSpace space;
  private final float[] squares;
  private final int[] slots;
  private final String[] faceIds;

  NearestReference(DescriptorSpace space, int most) {
    this.space = space;
    this.squares = new float[most];
    this.slots = new int[most];
    this.faceIds = new String[most];
    Arrays.fill(squares, Float.POSITIVE_INFINITY);
    Arrays.fill(slots, ReferenceBlock.NOBODY);
  }

  /**
   * Takes in a block.
   *
   * @param query the face's descriptor
   * @param norm its squared length
   * @param products per row the inner product with it, rounded
   * @param persons per row the person's slot, or {@link ReferenceBlock#NOBODY}
   */
  void accept(
      float[] query, float norm, float[] products, int[] persons, ReferenceBlock.View block) {
    int last = squares.length - 1;
    float worst = squares[last];
    float[] norms = block.norms();
    for (int row = 0; row < block.rows(); row++) {
      float about = norm + norms[row] - 2 * products[row];
      if (about - BlockProducts.doubt(query.length, norm, norms[row]) < worst
          && persons[row] != ReferenceBlock.NOBODY) {
        float square = squaredDistance(query, block.columns(), row);
        if (square < worst) {
          insert(square, persons[row], block.faceIds()[row]);
          worst = squares[last];
        }
      }
    }
  }

  private static float squaredDistance(float[] query, FloatBuffer columns, int row) {
    float square = 0;
    for (int d = 0; d < query.length; d++) {
      float difference = query[d] - columns.get(d * ReferenceBlock.ROWS + row);
      square += difference * difference;
    }
    return square;
  }

  private void insert(float square, int slot, String faceId) {
    int at = squares.length - 1;
    for (int i = 0; i < squares.length; i++) {
      if (slots[i] == slot) {
        if (square >= squares[i]) {
          return;
        }
        at = i;
        break;
      }
    }
    while (at > 0 && squares[at - 1] > square) {
      squares[at] = squares[at - 1];
      slots[at] = slots[at - 1];
      faceIds[at] = faceIds[at - 1];
      at--;
    }
    squares[at] = square;
    slots[at] = slot;
    faceIds[at] = faceId;
  }

  @Override
  public List<Near> nearest() {
    List<Near> nearest = new ArrayList<>(slots.length);
    for (int i = 0; i < slots.length && slots[i] != ReferenceBlock.NOBODY; i++) {
      nearest.add(new Near(slots[i], space.distance(squares[i]), faceIds[i]));
    }
    return nearest;
  }
}
