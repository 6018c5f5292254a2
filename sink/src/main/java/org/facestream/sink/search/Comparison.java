package org.facestream.sink.search;

import org.facestream.recognizer.facenet.Metric;

/**
 * A face that is looked for. Its distance from a descriptor is computed in double precision; its
 * distance from the codes of a descriptor is known within bounds, which hold for every input: with
 * x' for what the codes say of x, q' for what the steps say of q, the product q·x differs from
 * q'·x' by at most |q||x - x'| + |q - q'||x'|.
 *
 * <p>Distances are Euclidean ones squared, or one less the cosine; {@link #distance} converts.
 */
final class Comparison {
  /** So that 255 times the sum of all steps fits into an int. */
  private static final double SUM_OF_STEPS = 8_400_000;

  /** More than the roundings of lengths, which are kept as floats, and of the sums here. */
  private static final double ROUNDING = 1e-6;

  private final float[] query;
  private final Metric metric;
  private final double norm;
  private final int[][] steps;
  private final double step;
  private final double error;
  private final long sumOfSteps;

  /**
   * @throws IllegalArgumentException if a value is not finite, or all are zero
   */
  Comparison(float[] query, Metric metric) {
    this.query = query.clone();
    this.metric = metric;
    double square = 0;
    double sum = 0;
    for (float value : query) {
      square += (double) value * value;
      sum += Math.abs(value);
    }
    if (!(square > 0 && square < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a descriptor has finite values that are not all 0");
    }
    norm = Math.sqrt(square);
    step = sum / SUM_OF_STEPS;
    steps = new int[Block.CODES_PER_WORD][Block.words(query.length)];
    double lacks = 0;
    long all = 0;
    for (int i = 0; i < query.length; i++) {
      int whole = (int) Math.round(query[i] / step);
      double lack = query[i] - step * whole;
      lacks += lack * lack;
      all += whole;
      steps[i % Block.CODES_PER_WORD][i / Block.CODES_PER_WORD] = whole;
    }
    error = Math.sqrt(lacks);
    sumOfSteps = all;
  }

  int values() {
    return query.length;
  }

  /** The query in whole numbers, as {@link Block#sums} takes it. */
  int[][] steps() {
    return steps;
  }

  /** The distance from a descriptor; infinite where there is none. */
  double exactly(float[] descriptor) {
    double product = 0;
    double square = 0;
    double differences = 0;
    for (int i = 0; i < query.length; i++) {
      double value = descriptor[i];
      double difference = query[i] - value;
      product += query[i] * value;
      square += value * value;
      differences += difference * difference;
    }
    double distance =
        metric == Metric.EUCLIDEAN ? differences : 1 - product / (norm * Math.sqrt(square));
    return Double.isFinite(distance) ? distance : Double.POSITIVE_INFINITY;
  }

  /** The distance as the model's metric means it. */
  float distance(double exact) {
    return (float) (metric == Metric.EUCLIDEAN ? Math.sqrt(exact) : exact);
  }

  /** The inner product as the codes of a row have it. */
  double product(int sum, float scale) {
    return step * scale * (sum - Block.CODE_OF_ZERO * sumOfSteps);
  }

  /** By how much the distance may be off that is taken from codes. */
  double doubt(float rowError, float rowNorm) {
    double product = norm * rowError + error * (rowNorm + (double) rowError);
    return metric == Metric.EUCLIDEAN
        ? 2 * product + ROUNDING * (norm * norm + (double) rowNorm * rowNorm)
        : product / (norm * rowNorm) + ROUNDING;
  }

  /** The distance that follows from an inner product. */
  double about(double product, float rowNorm) {
    return metric == Metric.EUCLIDEAN
        ? norm * norm + (double) rowNorm * rowNorm - 2 * product
        : 1 - product / (norm * rowNorm);
  }
}
