package org.facestream.ingest.frame;

import java.time.Duration;

/**
 * Whether the close-ups of a camera are worth their cost: where one after the other shows something
 * else than was asked for, its two streams do not show the same, and it is left alone for a while.
 * Not thread-safe.
 */
public final class CloseUpTrust {
  private static final int MOST_FAILURES = 8;

  /** For so long it is left alone. */
  public static final Duration PAUSE = Duration.ofMinutes(1);

  private int failures;
  private boolean off;
  private long until;

  /** One was what it should be. */
  public void succeeded() {
    failures = 0;
  }

  /**
   * One was not.
   *
   * @param nanos {@link System#nanoTime} now
   * @return whether that was one too many, so that {@link #given} is false from now on
   */
  public boolean failed(long nanos) {
    failures++;
    if (off || failures < MOST_FAILURES) {
      return false;
    }
    off = true;
    until = nanos + PAUSE.toNanos();
    return true;
  }

  /**
   * Whether to go on; after a pause one failure fewer is borne.
   *
   * @param nanos {@link System#nanoTime} now
   */
  public boolean given(long nanos) {
    if (off && nanos - until >= 0) {
      off = false;
      failures = MOST_FAILURES / 2;
    }
    return !off;
  }
}
