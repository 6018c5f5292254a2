package org.facestream.recognizer;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.facestream.ingest.worker.Backoff;

/**
 * The deaths of Streams' threads in a row: each is replaced after a longer pause, and in the end
 * only a new process can help. Safe for use by several threads.
 */
final class ThreadDeaths {
  /** About five minutes with the pauses between them. */
  static final int MOST = 15;

  /** So long without one, and the next is the first again. */
  private static final long RECOVERED_NANOS = Duration.ofMinutes(2).toNanos();

  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30));
  private long last;
  private int inARow;
  private String failure;

  /**
   * A thread died.
   *
   * @param now of {@link System#nanoTime}
   * @return how long to wait before another takes its place
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
    // A broker that is away is waited for, however long: a new process would not help.
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

  /** Why no further one may take its place; empty while one may. */
  synchronized Optional<String> failure() {
    return Optional.ofNullable(failure);
  }
}
