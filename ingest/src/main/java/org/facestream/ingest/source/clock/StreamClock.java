package org.facestream.ingest.source.clock;

/**
 * Converts a stream's timestamps to a time that never steps back. Timestamps may be missing, wrap
 * around, restart, jump ahead or step back a little; none of that may stop or accelerate the
 * sampling.
 */
public final class StreamClock {
  /** The stream has no timestamp for the picture. */
  public static final long NO_TIMESTAMP = Long.MIN_VALUE;

  private static final long SECOND = 1_000_000_000L;
  private static final long LONGEST_STEP = 10 * SECOND;
  private static final long USUAL_INTERVAL = SECOND / 25;

  /**
   * After this number of pictures in a row below the highest timestamp, that timestamp is
   * discarded.
   */
  private static final int SET_BACK = 5;

  private final boolean live;
  private boolean started;

  /**
   * The highest timestamp: after a small step back, time stands still until it is reached again.
   */
  private long lastStamp = NO_TIMESTAMP;

  private int stepsBack;
  private long back;
  private long lastArrival;
  private long lastPassed;
  private long time;
  private long interval = USUAL_INTERVAL;

  /**
   * @param live whether pictures arrive as they are taken; a missing timestamp is then derived from
   *     the arrival
   */
  public StreamClock(boolean live) {
    this.live = live;
  }

  /**
   * The next picture's time.
   *
   * @param stamp the stream's timestamp in nanoseconds, or {@link #NO_TIMESTAMP}
   * @param arrival {@link System#nanoTime} when the picture came
   * @param passed nanoseconds of the stream that were read so far, including skipped ones; 0 if
   *     nothing is skipped
   * @return nanoseconds since the first picture, never less than the time before
   */
  public long at(long stamp, long arrival, long passed) {
    if (started) {
      time += step(stamp, arrival, passed - lastPassed);
    } else {
      lastStamp = stamp;
    }
    started = true;
    lastArrival = arrival;
    lastPassed = passed;
    return time;
  }

  /** The timestamps restart, because a file is read again from its beginning. */
  public void rewound() {
    lastStamp = NO_TIMESTAMP;
    stepsBack = 0;
  }

  private long step(long stamp, long arrival, long read) {
    boolean known = stamp != NO_TIMESTAMP && lastStamp != NO_TIMESTAMP;
    long step = known ? stamp - lastStamp : 0;
    if (known && step < 0 && step > -SECOND) {
      return stepBack(stamp);
    }
    stepsBack = 0;
    lastStamp = stamp;
    if (stamp == NO_TIMESTAMP) {
      return live ? Math.max(0, arrival - lastArrival) : interval;
    }
    // Much may be skipped within a short time.
    long waited = live ? Math.max(read, arrival - lastArrival) : 0;
    if (!known || step <= -SECOND || step > waited + LONGEST_STEP) {
      return interval;
    }
    if (step > 0 && step < SECOND) {
      interval = step;
    }
    return step;
  }

  /**
   * Pictures with swapped timestamps do not move time back. When timestamps stay behind, the camera
   * set its clock back, and the time in between is added.
   */
  private long stepBack(long stamp) {
    if (stepsBack == 0) {
      back = stamp;
    }
    stepsBack++;
    if (stepsBack < SET_BACK) {
      return 0;
    }
    stepsBack = 0;
    lastStamp = stamp;
    return interval + Math.max(0, stamp - back);
  }
}
