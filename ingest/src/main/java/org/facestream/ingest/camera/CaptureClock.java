package org.facestream.ingest.camera;

import java.time.Instant;

/**
 * When a picture was taken, as well as that can be known from outside. Cameras' own clocks are not
 * believed. A picture cannot have been taken after it arrived, so the one with the least delay so
 * far ties the stream's time to ours; pictures that were held up keep the time at which they were
 * taken. The tie loosens by a fiftieth: clocks drift less, but cameras exist that stamp their
 * pictures by counting them. Those fall behind by any amount when they miss their beat: pictures
 * that seem late all the time and never catch up were not held up, and are taken for fresh again.
 *
 * <p>Times of one camera go up, by a millisecond at least, unless this machine's clock is set back.
 */
final class CaptureClock {
  private static final long DRIFT = 50;
  private static final long SET_BACK = -1_000_000_000L;
  private static final long LATE = 1_000_000_000L;
  private static final long PATIENCE = 20_000_000_000L;
  private static final long IN_TIME = Long.MIN_VALUE;
  private static final long CATCHING_UP = 500_000_000L;

  private boolean tied;
  private long lateSince = IN_TIME;
  private long worstDelay;
  private long tie;
  private long lastArrival;
  private long lastWall;
  private long lastMillis = Long.MIN_VALUE;

  /** The stream begins anew; the camera's time goes on. */
  void restart() {
    tied = false;
  }

  /**
   * The capture time of a picture.
   *
   * @param stream the picture's time in its stream, nanoseconds
   * @param arrival {@link System#nanoTime} when it came
   * @param wallMillis {@link System#currentTimeMillis} when it came
   */
  Instant at(long stream, long arrival, long wallMillis) {
    long wall = wallMillis * 1_000_000 - arrival;
    long delay = arrival - stream;
    tie = tied ? Math.min(tie + Math.max(0, arrival - lastArrival) / DRIFT, delay) : delay;
    if (tied && delay - tie > LATE) {
      seemsLate(delay, arrival);
    } else {
      lateSince = IN_TIME;
    }
    if (tied && wall - lastWall < SET_BACK) {
      lastMillis = Long.MIN_VALUE;
    }
    tied = true;
    lastArrival = arrival;
    lastWall = wall;
    long millis = Math.floorDiv(stream + tie + wall, 1_000_000L);
    lastMillis = lastMillis == Long.MIN_VALUE ? millis : Math.max(millis, lastMillis + 1);
    return Instant.ofEpochMilli(lastMillis);
  }

  /** What was held up catches up sooner or later; a stream that never does runs slow. */
  private void seemsLate(long delay, long arrival) {
    if (lateSince == IN_TIME || delay < worstDelay - CATCHING_UP) {
      lateSince = arrival;
      worstDelay = delay;
    } else if (arrival - lateSince > PATIENCE) {
      tie = delay;
      lateSince = IN_TIME;
    }
    worstDelay = Math.max(worstDelay, delay);
  }
}
