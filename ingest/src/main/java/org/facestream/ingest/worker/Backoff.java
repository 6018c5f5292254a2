package org.facestream.ingest.worker;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Waiting times that double up to a cap, with jitter so that many waiters do not return at the same
 * time. Not thread-safe.
 */
public final class Backoff {
  private final long firstMillis;
  private final long capMillis;
  private int failures;

  public Backoff(Duration first, Duration cap) {
    this.firstMillis = Math.max(1, first.toMillis());
    this.capMillis = Math.max(firstMillis, cap.toMillis());
  }

  /** The next waiting time: between half of the doubled time and the whole of it. */
  public Duration next() {
    long full = Math.min(capMillis, firstMillis << Math.min(failures, 30));
    failures++;
    return Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1));
  }

  /** How often {@link #next()} was called since the last success. */
  public int failures() {
    return failures;
  }

  /** Call after a success: the next failure waits the shortest time again. */
  public void reset() {
    failures = 0;
  }
}
