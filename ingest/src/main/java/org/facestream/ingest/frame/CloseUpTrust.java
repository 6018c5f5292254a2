package org.facestream.ingest.frame;

import java.time.Duration;

/**
 * Decides whether the close-ups of a camera are useful. When several in a row do not show the
 * requested face, its two streams differ, and close-ups pause for a while. Not thread-safe.
 */
public final class CloseUpTrust {
  private static final int MOST_FAILURES = 8;

  /** Length of the pause. */
  public static final Duration PAUSE = Duration.ofMinutes(1);

  private int failures;
  private boolean off;
  private long until;

  /** A close-up showed the requested face. */
  public void succeeded() {
    failures = 0;
  }

  /**
   * A close-up did not show it.
   *
   * @param nanos {@link System#nanoTime} now
   * @return whether the pause begins now, so that {@link #given} is false
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
   * Whether to continue; after a pause one failure fewer is tolerated.
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
