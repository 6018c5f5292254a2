package org.facestream.ingest.source.clock;

/**
 * Measures how long packets of a live stream waited to be read. It is 0 for a reader that mostly
 * waits for packets, even if they are late: then they were delayed on their way, and faster reading
 * would not help. One thread uses it.
 */
public final class PacketLag {
  private static final long SECOND = 1_000_000_000L;

  /** A reader that waits for less than this share of its time may be the cause of the delay. */
  private static final double WAITS = 0.25;

  private static final double MEMORY_NANOS = 1e9;

  private final StreamClock clock = new StreamClock(true);
  private final StreamTie tie = new StreamTie();
  private long highest = StreamClock.NO_TIMESTAMP;
  private long time;
  private long lastArrival;
  private boolean begun;
  private double waitingShare = 1;

  /**
   * Takes the next packet.
   *
   * @param shown the packet's timestamp in nanoseconds, or {@link StreamClock#NO_TIMESTAMP}
   * @param arrival {@link System#nanoTime} when it was read
   * @param waited nanoseconds that its reading took
   * @return nanoseconds, 0 or more
   */
  public long of(long shown, long arrival, long waited) {
    time = clock.at(forward(shown), arrival, 0);
    long late = tie.late(time, arrival, waited);
    if (begun) {
      long passed = Math.max(1, arrival - lastArrival);
      double share = Math.min(1, (double) waited / passed);
      waitingShare += (share - waitingShare) * (1 - Math.exp(-passed / MEMORY_NANOS));
    }
    begun = true;
    lastArrival = arrival;
    return waitingShare > WAITS ? 0 : late;
  }

  /** B-pictures are sent after later pictures; time does not step back for them. */
  private long forward(long shown) {
    boolean reordered =
        shown != StreamClock.NO_TIMESTAMP
            && highest != StreamClock.NO_TIMESTAMP
            && shown < highest
            && shown > highest - SECOND;
    highest = reordered ? highest : shown;
    return highest;
  }

  /** The last packet's time in the stream, nanoseconds since the first. */
  public long time() {
    return time;
  }
}
