package org.facestream.ingest.source.clock;

/**
 * Maps a stream's time to this machine's clock. A picture cannot arrive before it was taken, so the
 * picture with the least delay so far defines the mapping. A later picture was delayed: on its way,
 * or here, where it waited to be read.
 *
 * <p>The mapping may drift by 2 %. Clocks drift less, but some cameras derive timestamps by
 * counting pictures, and these fall behind by any amount. A stream that always seems late and never
 * catches up is therefore considered fresh again.
 *
 * <p>Only time spent waiting for the stream counts. A reader that never waits is late itself, and
 * its pictures are as old as they seem.
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

  /** The stream restarts. */
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
   * @return nanoseconds by which it was delayed, 0 or more
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

  /** A delayed stream catches up sooner or later; one that never does has a slow clock. */
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
