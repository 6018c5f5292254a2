package org.facestream.recognizer.gallery.match;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A person is as near as the person's references are on average. */
final class MeanDistance implements PersonDistances.OfEvery {
  private final DescriptorSpace space;
  private final int most;
  private final double[] sums;
  private final int[] counts;
  private final float[] least;
  private final String[] nearestFaceIds;

  MeanDistance(DescriptorSpace space, int slots, int most) {
    this.space = space;
    this.most = most;
    this.sums = new double[slots];
    this.counts = new int[slots];
    this.least = new float[slots];
    this.nearestFaceIds = new String[slots];
  }

  @Override
  public void accept(float[] squares, int[] persons, ReferenceBlock.View block) {
    for (int row = 0; row < block.rows(); row++) {
      int slot = persons[row];
      if (slot == ReferenceBlock.NOBODY) {
        continue;
      }
      sums[slot] += space.distance(squares[row]);
      if (counts[slot]++ == 0 || squares[row] < least[slot]) {
        least[slot] = squares[row];
        nearestFaceIds[slot] = block.faceIds()[row];
      }
    }
  }

  @Override
  public List<Near> nearest() {
    return IntStream.range(0, counts.length)
        .filter(slot -> counts[slot] > 0)
        .mapToObj(slot -> new Near(slot, (float) (sums[slot] / counts[slot]), nearestFaceIds[slot]))
        .sorted(Comparator.comparingDouble(Near::distance))
        .limit(most)
        .toList();
  }
}
