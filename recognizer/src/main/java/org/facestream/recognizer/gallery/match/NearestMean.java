package org.facestream.recognizer.gallery.match;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A person is as near as the nearest few of the person's references are on average. */
final class NearestMean implements PersonDistances.OfEvery {
  private final DescriptorSpace space;
  private final int few;
  private final int most;

  /** Per slot the least squared distances so far, least first; infinite where there is none yet. */
  private final float[] least;

  private final String[] nearestFaceIds;

  /**
   * @param slots how many persons there may be
   * @param few how many references of each count
   * @param most how many persons to name
   */
  NearestMean(DescriptorSpace space, int slots, int few, int most) {
    this.space = space;
    this.few = few;
    this.most = most;
    this.least = new float[Math.multiplyExact(slots, few)];
    this.nearestFaceIds = new String[slots];
    Arrays.fill(least, Float.POSITIVE_INFINITY);
  }

  @Override
  public void accept(float[] squares, int[] persons, ReferenceBlock.View block) {
    for (int row = 0; row < block.rows(); row++) {
      int slot = persons[row];
      if (slot == ReferenceBlock.NOBODY) {
        continue;
      }
      int first = slot * few;
      int at = first + few - 1;
      float square = squares[row];
      if (!(square < least[at])) {
        continue;
      }
      while (at > first && least[at - 1] > square) {
        least[at] = least[at - 1];
        at--;
      }
      least[at] = square;
      if (at == first) {
        nearestFaceIds[slot] = block.faceIds()[row];
      }
    }
  }

  @Override
  public List<Near> nearest() {
    return IntStream.range(0, nearestFaceIds.length)
        .filter(slot -> nearestFaceIds[slot] != null)
        .mapToObj(slot -> new Near(slot, mean(slot), nearestFaceIds[slot]))
        .sorted(Comparator.comparingDouble(Near::distance))
        .limit(most)
        .toList();
  }

  private float mean(int slot) {
    double sum = 0;
    int count = 0;
    while (count < few && least[slot * few + count] < Float.POSITIVE_INFINITY) {
      sum += space.distance(least[slot * few + count]);
      count++;
    }
    return (float) (sum / count);
  }
}
