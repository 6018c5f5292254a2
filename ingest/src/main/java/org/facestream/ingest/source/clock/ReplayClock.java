package org.facestream.ingest.source.clock;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Capture times of a replay: the beginning of the recording plus the picture's time in it,
 * independent of this machine's clock and speed. So the same file results in the same times and the
 * same tracks on any machine.
 */
public final class ReplayClock {
  private final long begun;
  private long last = Long.MIN_VALUE;

  /**
   * @param begun when the recording began
   */
  public ReplayClock(Instant begun) {
    this.begun = begun.toEpochMilli();
  }

  /**
   * The next picture's time of capture, later than every one before.
   *
   * @param time of the picture in its stream, nanoseconds
   */
  public Instant at(long time) {
    long shown = begun + TimeUnit.NANOSECONDS.toMillis(time);
    last = last == Long.MIN_VALUE ? shown : Math.max(last + 1, shown);
    return Instant.ofEpochMilli(last);
  }
}
