package org.facestream.ingest.closeup;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates the lag between the two streams of a camera, which have separate encoders and buffers.
 * It is learned from moving faces that were found in both. One thread uses it.
 */
final class StreamLag {
  /** Search range when the lag is unknown: encoders of one camera differ by less. */
  static final long FARTHEST = 1_000;

  private static final long NEAR = 200;
  private static final int REMEMBERED = 9;
  private static final int ENOUGH = 3;
  private static final int MOST_MISSES = 3;

  private final Deque<Long> seen = new ArrayDeque<>();
  private int misses;

  /** The expected lag in milliseconds; positive when the larger pictures are later. */
  long expected() {
    return known() ? seen.stream().sorted().skip(seen.size() / 2).findFirst().orElseThrow() : 0;
  }

  /**
   * The search range around it, milliseconds.
   *
   * @param everywhere whether to search the whole range
   */
  long reach(boolean everywhere) {
    return known() && !everywhere ? NEAR : FARTHEST;
  }

  boolean known() {
    return seen.size() >= ENOUGH;
  }

  /**
   * A face was found.
   *
   * @param lag of the pictures, milliseconds
   * @param tells whether it matched clearly better than at other times, because it moved
   */
  void found(long lag, boolean tells) {
    misses = 0;
    if (tells) {
      seen.add(lag);
      if (seen.size() > REMEMBERED) {
        seen.removeFirst();
      }
    }
  }

  /** A face was not found: after some of these, the whole range is searched again. */
  void missed() {
    misses++;
    if (misses >= MOST_MISSES) {
      forget();
    }
  }

  /** A stream restarted. */
  void forget() {
    misses = 0;
    seen.clear();
  }
}
