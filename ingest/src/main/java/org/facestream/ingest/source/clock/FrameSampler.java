package org.facestream.ingest.source.clock;

/**
 * Chooses the pictures nearest to a regular beat. It uses the stream's time and not the time of
 * arrival, so a burst after a delay is sampled like all other pictures.
 */
public final class FrameSampler {
  private final long period;
  private boolean started;
  private long due;
  private long last;

  /**
   * @param fps pictures per second to choose, above 0
   */
  public FrameSampler(double fps) {
    this.period = Math.max(1, Math.round(1e9 / fps));
  }

  /**
   * Whether to take the picture.
   *
   * @param time of the picture in nanoseconds, never less than the time before
   */
  public boolean take(long time) {
    if (!started || time - due > period) {
      started = true;
      due = time + period;
      last = time;
      return true;
    }
    // Half of the distance to the next picture, so that the nearer of the two is chosen.
    long slack = Math.min(time - last, period) / 2;
    last = time;
    if (time + slack < due) {
      return false;
    }
    due += period;
    return true;
  }
}
