package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MetricTest {
  private static final float[] ONE = {3, 0, 4};
  private static final float[] OTHER = {0, 0, 4};

  @Test
  void euclideanIsTheLengthOfTheDifference() {
    assertEquals(3, Metric.EUCLIDEAN.distance(ONE, OTHER), 1e-6);
    assertEquals(0, Metric.EUCLIDEAN.distance(ONE, ONE));
  }

  @Test
  void cosineIgnoresLength() {
    assertEquals(1 - 4 / 5.0, Metric.COSINE.distance(ONE, OTHER), 1e-6);
    assertEquals(0, Metric.COSINE.distance(ONE, new float[] {6, 0, 8}), 1e-6);
    assertEquals(2, Metric.COSINE.distance(ONE, new float[] {-3, 0, -4}), 1e-6);
  }

  @Test
  void refusesDescriptorsOfDifferentLengths() {
    for (Metric metric : Metric.values()) {
      assertThrows(IllegalArgumentException.class, () -> metric.distance(ONE, new float[] {1, 2}));
    }
  }
}
