package org.facestream.ingest.worker;

import java.util.Optional;

/**
 * One stage of the pipeline inside a process: ingest, detector, recognizer or sink.
 *
 * <p>{@link #start()} returns when the stage is set up, which may take seconds; the work happens on
 * threads that the stage owns and names. {@link #close()} is idempotent, finishes the current work,
 * and ends every thread.
 */
public interface Stage extends AutoCloseable {
  /** The stage's name, used as the {@code stage} label of its metrics. */
  String name();

  void start();

  /**
   * Whether its threads are neither stuck nor dead; false requests a restart of the process. It
   * does not depend on the broker or the database.
   */
  boolean live();

  /**
   * Why it failed and ended; empty while it runs. Whatever runs the process ends it then, so that
   * another takes over.
   */
  Optional<String> failure();

  /** Whether it can work; if not, with the reason. */
  Health health();

  @Override
  void close();

  /**
   * Readiness, with the reason in words when not ready.
   *
   * @param ready whether the stage can work
   * @param reason why not; empty when ready
   */
  record Health(boolean ready, String reason) {
    public static final Health READY = new Health(true, "");

    public static Health notReady(String reason) {
      return new Health(false, reason);
    }

    /** Ready when both are; otherwise not ready, with the reasons. */
    public Health and(Health other) {
      if (ready || other.ready) {
        return ready ? other : this;
      }
      return notReady(reason + "; " + other.reason);
    }
  }
}
