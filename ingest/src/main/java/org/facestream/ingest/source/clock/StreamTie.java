package org.facestream.ingest.source.clock;

/**
 * Ties a stream's time to this machine's. Nothing can come before it was taken, so what came with
 * the least delay so far is the tie, and what comes later than that was held up: on its way, or
 * here, where it waited to be read.
 *
 * <p>The tie loosens by a fiftieth: clocks drift less, but cameras exist that stamp their pictures
 * by counting them. Those fall behind by any amount when they miss their beat: a stream that seems
 * late all the time and never catches up was not held up, and is taken for fresh again.
 *
 * <p>Both count only time that was spent waiting for the stream. A reader that never waits is late
 * because of itself, and what it reads is as old as it seems.
 */
final class StreamTie {
  private static final long DRIFT = 50;
  private static final long LATE = 1_000_000_000L;
  private static final long PATIENCE = 20_000_000_000L;
  private static final long CATCHING_UP = 500_000_000L;

  private boolean tied;
  private boolean late;
  private long waitedLate;
  private long worstDelay;
  private long tie;

  /** The stream begins anew. */
  void restart() {
    tied = false;
    late = false;
  }

  /**
   * Takes the next piece of the stream.
   *
   * @param stream its time in the stream, nanoseconds
   * @param arrival {@link System#nanoTime} when it came
   * @param waited nanoseconds that were spent waiting for the stream since the piece before
   * @return nanoseconds by which it came later than it could have, 0 or more
   */
  long late(long stream, long arrival, long waited) {
    long delay = arrival - stream;
    tie = tied ? Math.min(tie + waited / DRIFT, delay) : delay;
    if (tied && delay - tie > LATE) {
      seemsLate(delay, waited);
    } else {
      late = false;
    }
    tied = true;
    return delay - tie;
  }

  /** What was held up catches up sooner or later; a stream that never does runs slow. */
  private void seemsLate(long delay, long waited) {
    if (!late || delay < worstDelay - CATCHING_UP) {
      late = true;
      waitedLate = 0;
      worstDelay = delay;
      return;
    }
    waitedLate += waited;
    worstDelay = Math.max(worstDelay, delay);
    if (waitedLate > PATIENCE) {
      tie = delay;
      late = false;
    }
  }

  /** {@link System#nanoTime} when the stream's time was 0. */
  long zero() {
    return tie;
  }
}
