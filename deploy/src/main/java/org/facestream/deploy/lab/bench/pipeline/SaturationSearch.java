package org.facestream.deploy.lab.bench.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Searches for the largest number of cameras that a pipeline carries: doubles the number until it
 * fails, then halves the interval until it is one camera or 5 % of the number. A number counts as
 * failed after two failures, because a machine may be disturbed for a moment.
 */
final class SaturationSearch {
  private static final int FINENESS = 20;

  private final int limit;
  private final Map<Integer, Integer> failures = new HashMap<>();
  private int carried;
  private int tooMany;

  /**
   * @param limit the most cameras that are tried
   */
  SaturationSearch(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("at least one camera is tried");
    }
    this.limit = limit;
    this.tooMany = limit + 1;
  }

  /** How many cameras to try next; empty when it is known. */
  OptionalInt next() {
    if (tooMany - carried <= Math.max(1, carried / FINENESS)) {
      return OptionalInt.empty();
    }
    OptionalInt again =
        failures.entrySet().stream()
            .filter(failed -> failed.getValue() == 1 && failed.getKey() > carried)
            .filter(failed -> failed.getKey() < tooMany)
            .mapToInt(Map.Entry::getKey)
            .min();
    if (again.isPresent()) {
      return again;
    }
    return tooMany > limit
        ? OptionalInt.of(carried == 0 ? 1 : Math.min(2 * carried, limit))
        : OptionalInt.of(carried + (tooMany - carried) / 2);
  }

  /** What a trial gave. */
  void tried(int cameras, boolean good) {
    if (good) {
      carried = Math.max(carried, cameras);
    } else if (failures.merge(cameras, 1, Integer::sum) > 1) {
      tooMany = Math.min(tooMany, cameras);
    }
  }

  /** The most cameras that were carried; 0 when even one was too many. */
  int carried() {
    return carried;
  }

  /** Whether the limit was carried, so that nothing is known of more. */
  boolean unlimited() {
    return carried >= limit;
  }
}
