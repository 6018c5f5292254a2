package org.facestream.deploy.lab.simulation;

import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/** A sensor's grain, RGB, about {@link #MEAN}. The same seed gives the same grain. */
final class Grain implements AutoCloseable {
  static final int MEAN = 16;

  private static final double DEVIATION = 2.5;
  private static final int SHIFTS = 64;

  private final Mat rgb;

  /**
   * @param width of the largest frame, pixels
   * @param height of the largest frame, pixels
   */
  Grain(int width, int height, long seed) {
    rgb = new Mat(height + SHIFTS, width + SHIFTS, opencv_core.CV_8UC3);
    byte[] values = new byte[3 * rgb.cols() * rgb.rows()];
    Random random = new Random(seed);
    // Repeating every few rows is not seen, and spares seconds of random numbers.
    int distinct = Math.min(values.length, 3 * rgb.cols() * 61 + 7);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          i < distinct
              ? (byte) Math.max(0, MEAN + DEVIATION * random.nextGaussian())
              : values[i - distinct];
    }
    rgb.data().put(values);
  }

  /** Where a frame's grain begins, so that no two frames in a row have the same. */
  static int shift(Random random) {
    return random.nextInt(SHIFTS);
  }

  /** A part of this, for the caller to close. */
  Mat part(int shift, int width, int height) {
    return rgb.apply(new Rect(shift, shift, width, height));
  }

  @Override
  public void close() {
    rgb.close();
  }
}
