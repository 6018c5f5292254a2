package org.facestream.deploy.lab.bench.search;

import java.util.SplittableRandom;

/**
 * Descriptors of length 1 in any number: the same number gives the same descriptor. Ten in a row
 * are of one person, and near each other.
 *
 * @param values of a descriptor
 */
record MadeUpFaces(int values) {
  private static final int PER_PERSON = 10;
  private static final long MIXER = 0x9E3779B97F4A7C15L;

  /** How far a face is from its person, compared with two people. */
  private static final float SPREAD = 0.6f;

  float[] descriptor(long number) {
    float[] descriptor = new float[values];
    fill(number, descriptor);
    return descriptor;
  }

  void fill(long number, float[] descriptor) {
    SplittableRandom person = new SplittableRandom((number / PER_PERSON) * MIXER);
    SplittableRandom face = new SplittableRandom(~number * MIXER);
    double square = 0;
    for (int i = 0; i < values; i++) {
      float value = bell(person) + SPREAD * bell(face);
      descriptor[i] = value;
      square += value * value;
    }
    float length = (float) Math.sqrt(square);
    for (int i = 0; i < values; i++) {
      descriptor[i] /= length;
    }
  }

  /** About normally distributed: the sum of eight bytes. */
  private static float bell(SplittableRandom random) {
    long bits = random.nextLong();
    // Pairs, then fours, then all eight.
    long sums = (bits & 0x00FF00FF00FF00FFL) + ((bits >>> 8) & 0x00FF00FF00FF00FFL);
    long fours = (sums & 0x0000FFFF0000FFFFL) + ((sums >>> 16) & 0x0000FFFF0000FFFFL);
    return (int) ((fours & 0xFFFFFFFFL) + (fours >>> 32)) - 4 * 255;
  }
}
