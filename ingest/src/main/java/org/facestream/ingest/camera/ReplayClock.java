package org.facestream.ingest.camera;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * When the pictures of a replay were taken: as if the file were shown in its own time from its
 * beginning on, for tracks live by that; but not in the past, where they would be skipped as too
 * old. They may lie in the future, but not by an hour: brokers refuse that
 * (log.message.timestamp.after.max.ms).
 */
final class ReplayClock {
  /** Leaves a minute for the broker's clock to differ. */
  private static final long MOST_AHEAD = Duration.ofMinutes(59).toMillis();

  private final long begun;
  private long last;

  /**
   * @param begun {@link System#currentTimeMillis} when the replay began
   */
  ReplayClock(long begun) {
    this.begun = begun;
  }

  /**
   * The next picture's time of capture, later than every one before.
   *
   * @param time of the picture in its stream, nanoseconds
   * @param wall {@link System#currentTimeMillis} now
   */
  Instant at(long time, long wall) {
    long shown = begun + TimeUnit.NANOSECONDS.toMillis(time);
    last = Math.max(last + 1, Math.max(shown, wall));
    return Instant.ofEpochMilli(last);
  }

  /** How long a picture taken then must wait until a broker takes it. */
  static Duration early(Instant captured, long wall) {
    return Duration.ofMillis(Math.max(0, captured.toEpochMilli() - wall - MOST_AHEAD));
  }
}
