package org.facestream.ingest.worker;

import java.util.Optional;

/**
 * One stage of the pipeline inside a process: ingest, detector, recognizer or sink.
 *
 * <p>{@link #start()} returns at once; the work happens on threads that the stage owns and names.
 * {@link #close()} is idempotent, finishes what was begun, and ends every thread.
 */
public interface Stage extends AutoCloseable {
  /** The stage's name, used as the {@code stage} label of its metrics. */
  String name();

  void start();

  /**
   * Whether its threads are neither stuck nor dead; false asks the supervisor to restart the
   * process. A broker or a database that is away changes nothing of it.
   */
  boolean live();

  /**
   * Why it has ended by itself; empty while it has not. Whatever runs the process ends it then, so
   * that another takes over.
   */
  Optional<String> failure();

  /** Whether it may take work; {@link Health#ready()} with the reason when it may not. */
  Health health();

  @Override
  void close();

  /**
   * Readiness, with the reason in words when not ready.
   *
   * @param ready whether the stage may take work
   * @param reason why not; empty when ready
   */
  record Health(boolean ready, String reason) {
    public static final Health READY = new Health(true, "");

    public static Health notReady(String reason) {
      return new Health(false, reason);
    }

    /** Ready when both are; otherwise with the reasons of those that are not. */
    public Health and(Health other) {
      if (ready || other.ready) {
        return ready ? other : this;
      }
      return notReady(reason + "; " + other.reason);
    }
  }
}
