package org.facestream.sink.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.facestream.recognizer.facenet.Metric;

/** Made-up descriptors, and what a plain comparison in double precision finds among them. */
final class MadeUp {
  private final Random random;
  private final int values;

  MadeUp(int seed, int values) {
    this.random = new Random(seed);
    this.values = values;
  }

  float[] unit() {
    float[] descriptor = new float[values];
    double square = 0;
    for (int i = 0; i < values; i++) {
      descriptor[i] = (float) random.nextGaussian();
      square += descriptor[i] * descriptor[i];
    }
    return scaled(descriptor, 1 / Math.sqrt(square));
  }

  float[] near(float[] other, double distance) {
    float[] away = scaled(unit(), distance);
    for (int i = 0; i < values; i++) {
      away[i] += other[i];
    }
    return away;
  }

  static float[] scaled(float[] descriptor, double factor) {
    float[] scaled = new float[descriptor.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (descriptor[i] * factor);
    }
    return scaled;
  }

  static double distance(float[] one, float[] other, Metric metric) {
    double product = 0;
    double squareOne = 0;
    double squareOther = 0;
    double differences = 0;
    for (int i = 0; i < one.length; i++) {
      product += (double) one[i] * other[i];
      squareOne += (double) one[i] * one[i];
      squareOther += (double) other[i] * other[i];
      differences += ((double) one[i] - other[i]) * ((double) one[i] - other[i]);
    }
    return metric == Metric.EUCLIDEAN
        ? Math.sqrt(differences)
        : 1 - product / (Math.sqrt(squareOne) * Math.sqrt(squareOther));
  }

  /** The nearest faces by a plain comparison, as a search of the index returns them. */
  static List<IndexScan.Hit> nearest(
      List<IndexedFace> faces, float[] query, Metric metric, int most) {
    record Near(long row, double distance) {}
    List<Near> all = new ArrayList<>();
    for (IndexedFace face : faces) {
      if (face.descriptor().length == query.length) {
        all.add(new Near(face.row(), distance(query, face.descriptor(), metric)));
      }
    }
    return all.stream()
        .sorted(Comparator.comparingDouble(Near::distance).thenComparingLong(Near::row))
        .limit(most)
        .map(near -> new IndexScan.Hit(near.row(), (float) near.distance()))
        .toList();
  }
}
