package org.facestream.sink.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which crops of a sighting are kept: the first, the last, and the best of those between. A crop
 * that is not among the kept ones of some crops of a sighting is not among those of more of them
 * either, so crops may be left out as they come, in whatever order.
 */
public final class CropChoice {
  /** At most these are kept: best, first and last. */
  public static final int MOST = 3;

  /** What the choice depends on. */
  public interface Crop {
    /** Id of the face. */
    String faceId();

    /** In the precision of the database. */
    Instant captured();

    /** 0 to 1. */
    float quality();
  }

  private static final Comparator<Crop> BY_TIME =
      Comparator.comparing(Crop::captured).thenComparing(Crop::faceId);

  private static final Comparator<Crop> BY_QUALITY =
      Comparator.comparing(Crop::quality).thenComparing(BY_TIME.reversed());

  private CropChoice() {}

  /**
   * Chooses among crops of one sighting.
   *
   * @param all each face once
   * @param most how many to keep: 1 is the best, 2 are also the first, 3 are also the last
   */
  public static <T extends Crop> List<T> keep(Collection<T> all, int most) {
    List<T> left = new ArrayList<>(all);
    if (left.size() <= most) {
      return left;
    }
    left.sort(BY_TIME);
    List<T> kept = new ArrayList<>(most);
    if (most >= 2) {
      kept.add(left.remove(0));
    }
    if (most >= MOST) {
      kept.add(left.remove(left.size() - 1));
    }
    if (most >= 1) {
      kept.add(left.stream().max(BY_QUALITY).orElseThrow());
    }
    return kept;
  }
}
