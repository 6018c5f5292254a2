package org.facestream.recognizer.facenet;

import java.util.Locale;

/** How far apart two descriptors of one model are; 0 for equal ones. */
public enum Metric {
  /** The length of the difference: 0 and more. */
  EUCLIDEAN {
    @Override
    public float distance(float[] one, float[] other) {
      requireSameLength(one, other);
      double sum = 0;
      for (int i = 0; i < one.length; i++) {
        double difference = one[i] - other[i];
        sum += difference * difference;
      }
      return (float) Math.sqrt(sum);
    }
  },

  /** One less the cosine of the angle: 0 to 2. */
  COSINE {
    @Override
    public float distance(float[] one, float[] other) {
      requireSameLength(one, other);
      double product = 0;
      double oneSquare = 0;
      double otherSquare = 0;
      for (int i = 0; i < one.length; i++) {
        product += (double) one[i] * other[i];
        oneSquare += (double) one[i] * one[i];
        otherSquare += (double) other[i] * other[i];
      }
      return (float) (1 - product / Math.sqrt(oneSquare * otherSquare));
    }
  };

  /**
   * @throws IllegalArgumentException if the two are not of one length
   */
  public abstract float distance(float[] one, float[] other);

  private static void requireSameLength(float[] one, float[] other) {
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a descriptor of %d values has no distance to one of %d",
              one.length,
              other.length));
    }
  }
}
