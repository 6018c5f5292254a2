package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.function.Supplier;
import org.facestream.ingest.worker.Stage;

/**
 * Whether a loop's thread turns. The time that it waits for Kafka does not count, however long that
 * is: a new process would wait as well, and would have lost what this one knows.
 *
 * <p>The loop's thread beats and waits; every thread may ask.
 */
public final class Pulse {
  /** As {@link Membership} has it: what answers does so sooner. */
  private static final Duration SILENT_BROKER = Duration.ofSeconds(8);

  private final long bound;
  private volatile long beat = System.nanoTime();
  private volatile boolean waiting;
  private volatile long waitingSince;

  /**
   * @param bound a thread that has been busy for longer without a beat is stuck
   */
  public Pulse(Duration bound) {
    this.bound = bound.toNanos();
  }

  /** The loop begins another turn. */
  public void beat() {
    beat = System.nanoTime();
  }

  /** Calls Kafka, which may take as long as it likes. */
  public <T> T waiting(Supplier<T> call) {
    waitingSince = System.nanoTime();
    waiting = true;
    try {
      return call.get();
    } finally {
      beat();
      waiting = false;
    }
  }

  /** The same for a call without a result. */
  public void waiting(Runnable call) {
    waiting(
        () -> {
          call.run();
          return null;
        });
  }

  /** Ready unless the thread has waited for Kafka for longer than any answer takes. */
  public Stage.Health health() {
    if (!waiting) {
      return Stage.Health.READY;
    }
    Duration time = Duration.ofNanos(System.nanoTime() - waitingSince);
    return time.compareTo(SILENT_BROKER) > 0
        ? Stage.Health.notReady("Kafka has not answered for " + time.toSeconds() + " s")
        : Stage.Health.READY;
  }

  /** Whether the thread is not stuck. */
  public boolean beats() {
    return waiting || System.nanoTime() - beat < bound;
  }
}
