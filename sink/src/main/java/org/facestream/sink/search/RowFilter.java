package org.facestream.sink.search;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which rows of the index count. Any number of threads may ask, while none changes it. */
public final class RowFilter {
  private static final int CHUNK = 20;

  private final long from;
  private final long to;
  private final @Nullable Map<Long, BitSet> among;
  private final Set<Long> without = new HashSet<>();

  /**
   * @param from the first moment, in milliseconds since 1970
   * @param to the first moment after
   * @param among whether only rows that are {@linkplain #allow allowed} count
   */
  public RowFilter(long from, long to, boolean among) {
    this.from = from;
    this.to = to;
    this.among = among ? new HashMap<>() : null;
  }

  /** Every row counts. */
  public static RowFilter all() {
    return new RowFilter(Long.MIN_VALUE, Long.MAX_VALUE, false);
  }

  void allow(long row) {
    if (among != null) {
      among
          .computeIfAbsent(row >> CHUNK, chunk -> new BitSet(1 << CHUNK))
          .set((int) (row & ((1 << CHUNK) - 1)));
    }
  }

  void exclude(long row) {
    without.add(row);
  }

  long from() {
    return from;
  }

  long to() {
    return to;
  }

  boolean accepts(long row, long millis) {
    if (millis != IndexedFace.UNKNOWN_TIME && (millis < from || millis >= to)) {
      return false;
    }
    if (among != null) {
      BitSet chunk = among.get(row >> CHUNK);
      if (chunk == null || !chunk.get((int) (row & ((1 << CHUNK) - 1)))) {
        return false;
      }
    }
    return without.isEmpty() || !without.contains(row);
  }
}
