package org.facestream.ingest.camera;

/**
 * Makes a stream's timestamps into a time that only goes on. Timestamps may be missing, wrap
 * around, start again, jump ahead or step back a little; none of that may stop the sampling or
 * speed it up.
 */
final class StreamClock {
  private static final long SECOND = 1_000_000_000L;
  private static final long LONGEST_STEP = 10 * SECOND;
  private static final long USUAL_INTERVAL = SECOND / 25;

  private final boolean live;
  private boolean started;
  private long lastStamp = VideoSource.NO_TIMESTAMP;
  private long lastArrival;
  private long lastPassed;
  private long time;
  private long interval = USUAL_INTERVAL;

  /**
   * @param live whether pictures arrive as they are taken; then a missing timestamp is made up from
   *     the arrival
   */
  StreamClock(boolean live) {
    this.live = live;
  }

  /**
   * The next picture's time.
   *
   * @param stamp the stream's timestamp in nanoseconds, or {@link VideoSource#NO_TIMESTAMP}
   * @param arrival {@link System#nanoTime} when the picture came
   * @param passed nanoseconds of the stream that were read so far, with what was left out; 0 when
   *     nothing ever is
   * @return nanoseconds since the first picture, never less than the time before
   */
  long at(long stamp, long arrival, long passed) {
    if (started) {
      time += step(stamp, arrival, passed - lastPassed);
    }
    started = true;
    lastStamp = stamp;
    lastArrival = arrival;
    lastPassed = passed;
    return time;
  }

  private long step(long stamp, long arrival, long read) {
    if (stamp == VideoSource.NO_TIMESTAMP) {
      return live ? Math.max(0, arrival - lastArrival) : interval;
    }
    if (lastStamp == VideoSource.NO_TIMESTAMP) {
      return interval;
    }
    long step = stamp - lastStamp;
    // Much may be left out in no time.
    long waited = live ? Math.max(read, arrival - lastArrival) : 0;
    if (step <= -SECOND || step > waited + LONGEST_STEP) {
      return interval;
    }
    if (step > 0 && step < SECOND) {
      interval = step;
    }
    return Math.max(0, step);
  }
}
