package org.facestream.ingest.source.clock;

import java.time.Instant;

/**
 * When a picture was taken, as well as that can be known from outside. Cameras' own clocks are not
 * believed; {@link StreamTie} says what the stream's time is by ours, so that pictures that were
 * held up, also here, keep the time at which they were taken.
 *
 * <p>Times of one camera go up, by a millisecond at least, unless this machine's clock is set back.
 */
public final class CaptureClock {
  private static final long SET_BACK = -1_000_000_000L;

  private final StreamTie tie = new StreamTie();

  /** {@link System#currentTimeMillis} above {@link System#nanoTime}, at the last picture. */
  private long lastWall;

  private long lastMillis = Long.MIN_VALUE;

  /**
   * The stream begins anew; the camera's time goes on. The clock may have been set meanwhile: what
   * it was is not forgotten.
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
