package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.function.Supplier;
import org.facestream.ingest.worker.Stage;

/**
 * Whether a loop's thread is alive. Time spent waiting for Kafka does not count, even if it is
 * long: a new process would wait too, and would have lost this one's state.
 *
 * <p>The loop's thread beats and waits; any thread may ask.
 */
public final class Pulse {
  /** As in {@link Membership}: answers come sooner than this. */
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

  /** The loop begins its next turn. */
  public void beat() {
    beat = System.nanoTime();
  }

  /** Calls Kafka, without a time limit. */
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

  /** Ready unless the thread has waited for Kafka for longer than an answer takes. */
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
