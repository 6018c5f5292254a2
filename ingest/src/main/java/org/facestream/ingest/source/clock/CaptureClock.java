package org.facestream.ingest.source.clock;

import java.time.Instant;

/**
 * Estimates when a picture was taken. Cameras' clocks are not trusted; {@link StreamTie} maps the
 * stream's time to this machine's clock, so that delayed pictures keep the time at which they were
 * taken.
 *
 * <p>Times of one camera increase by at least a millisecond, unless this machine's clock is set
 * back.
 */
public final class CaptureClock {
  private static final long SET_BACK = -1_000_000_000L;

  private final StreamTie tie = new StreamTie();

  /** {@link System#currentTimeMillis} above {@link System#nanoTime}, at the last picture. */
  private long lastWall;

  private long lastMillis = Long.MIN_VALUE;

  /**
   * The stream restarts, but the camera's time continues. The clock may have been set in the
   * meantime, so its former value is kept.
   */
  public void restart() {
    tie.restart();
  }

  /**
   * The capture time of a picture.
   *
   * @param stream the picture's time in its stream, nanoseconds
   * @param arrival {@link System#nanoTime} when it came
   * @param waited nanoseconds that were spent waiting for the stream since the picture before
   * @param wallMillis {@link System#currentTimeMillis} when it came
   */
  public Instant at(long stream, long arrival, long waited, long wallMillis) {
    long wall = wallMillis * 1_000_000 - arrival;
    tie.late(stream, arrival, waited);
    if (lastMillis != Long.MIN_VALUE && wall - lastWall < SET_BACK) {
      lastMillis = Long.MIN_VALUE;
    }
    lastWall = wall;
    long millis = Math.floorDiv(stream + tie.zero() + wall, 1_000_000L);
    lastMillis = lastMillis == Long.MIN_VALUE ? millis : Math.max(millis, lastMillis + 1);
    return Instant.ofEpochMilli(lastMillis);
  }
}
