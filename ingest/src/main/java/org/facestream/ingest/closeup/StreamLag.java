package org.facestream.ingest.closeup;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much later than in the one stream of a camera the same moment has its time in the other, as
 * far as is known: each has its own encoder and buffers. It is learned from faces that were found
 * in both while they moved. One thread uses it.
 */
final class StreamLag {
  /** Where nothing is known: encoders of one camera differ by less. */
  static final long FARTHEST = 1_000;

  private static final long NEAR = 200;
  private static final int REMEMBERED = 9;
  private static final int ENOUGH = 3;
  private static final int MOST_MISSES = 3;

  private final Deque<Long> seen = new ArrayDeque<>();
  private int misses;

  /** What is to be expected, milliseconds; positive when the larger pictures come later. */
  long expected() {
    return known() ? seen.stream().sorted().skip(seen.size() / 2).findFirst().orElseThrow() : 0;
  }

  /**
   * How far from there it is worth looking, milliseconds.
   *
   * @param everywhere whether it is worth more
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
   * @param tells whether it would not have been found so well at another time: it moved
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

  /** A face was not found: after some of them everything is looked at again. */
  void missed() {
    misses++;
    if (misses >= MOST_MISSES) {
      forget();
    }
  }

  /** A stream began anew. */
  void forget() {
    misses = 0;
    seen.clear();
  }
}
