package org.facestream.recognizer;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.facestream.ingest.worker.Backoff;
import org.jspecify.annotations.Nullable;

/**
 * Counts deaths of Streams' threads in a row: each thread is replaced after a longer pause; in the
 * end, a new process is needed. Thread-safe.
 */
final class ThreadDeaths {
  /** About five minutes with the pauses between them. */
  static final int MOST = 15;

  /** After this time without a death, the next counts as the first. */
  private static final long RECOVERED_NANOS = Duration.ofMinutes(2).toNanos();

  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30));
  private long last;
  private int inARow;
  private @Nullable String failure;

  /**
   * Records the death of a thread.
   *
   * @param now of {@link System#nanoTime}
   * @return how long to wait before replacing it
   */
  synchronized Duration pause(Throwable why, long now) {
    if (now - last > RECOVERED_NANOS) {
      backoff.reset();
      inARow = 0;
    }
    last = now;
    if (why instanceof Error || why.getCause() instanceof Error) {
      failure = "a thread of Kafka Streams died: " + why;
    }
    // Without a broker, it waits without limit, because a new process would not help.
    if (!ofTheBroker(why) && ++inARow >= MOST) {
      failure =
          "threads of Kafka Streams died " + inARow + " times in a row, the last time: " + why;
    }
    return backoff.next();
  }

  private static boolean ofTheBroker(Throwable why) {
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }

  /** Why it must not be replaced any more; empty while it may be. */
  synchronized Optional<String> failure() {
    return Optional.ofNullable(failure);
  }
}
