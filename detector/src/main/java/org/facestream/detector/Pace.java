package org.facestream.detector;

import java.time.Duration;

/**
 * How many pixels can be handled within the time of a turn, learned from the turns before. For one
 * thread.
 */
final class Pace {
  /** What one turn counts against those before: two or so decide. */
  private static final double WEIGHT = .5;

  /** Below it a turn is mostly overhead and says little. */
  private static final long TELLING_PIXELS = 100_000;

  /** A guess for the first turn, of one core: 720p in 28 ms. */
  private static final double FIRST_NANOS_PER_PIXEL = 30;

  private final double turnNanos;
  private double nanosPerPixel = FIRST_NANOS_PER_PIXEL;

  /**
   * @param turn how long one may take
   */
  Pace(Duration turn) {
    this.turnNanos = turn.toNanos();
  }

  /** Pixels of the next turn: always so many that the turn will be telling. */
  long room() {
    return Math.max(4 * TELLING_PIXELS, (long) (turnNanos / nanosPerPixel));
  }

  /**
   * A turn is over.
   *
   * @param pixels that it handled
   */
  void took(long pixels, long nanos) {
    if (pixels >= TELLING_PIXELS) {
      nanosPerPixel = (1 - WEIGHT) * nanosPerPixel + WEIGHT * nanos / pixels;
    }
  }
}
