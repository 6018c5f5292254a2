package org.facestream.detector;

import java.time.Duration;

/** Estimates the number of pixels for one turn from the turns before. For one thread. */
final class Pace {
  /** Weight of one turn against those before: about two turns decide. */
  private static final double WEIGHT = .5;

  /** A shorter turn is mostly overhead and is ignored. */
  private static final long TELLING_PIXELS = 100_000;

  /** An estimate for the first turn, for one core: 720p in 28 ms. */
  private static final double FIRST_NANOS_PER_PIXEL = 30;

  private final double turnNanos;
  private double nanosPerPixel = FIRST_NANOS_PER_PIXEL;

  /**
   * @param turn time for one turn
   */
  Pace(Duration turn) {
    this.turnNanos = turn.toNanos();
  }

  /** Pixels of the next turn: always enough for a meaningful measurement. */
  long room() {
    return Math.max(4 * TELLING_PIXELS, (long) (turnNanos / nanosPerPixel));
  }

  /**
   * Records a turn.
   *
   * @param pixels that it processed
   */
  void took(long pixels, long nanos) {
    if (pixels >= TELLING_PIXELS) {
      nanosPerPixel = (1 - WEIGHT) * nanosPerPixel + WEIGHT * nanos / pixels;
    }
  }
}
