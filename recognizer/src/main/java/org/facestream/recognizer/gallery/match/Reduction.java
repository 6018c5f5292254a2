package org.facestream.recognizer.gallery.match;

/**
 * How the distances to a person's references become the distance to the person: the mean over the
 * nearest so many of them, over all where there are fewer. One bad picture harms the mean of all,
 * and one lucky picture decides the minimum; a few of the nearest are between the two.
 *
 * @param nearest how many references count; at least 1
 */
public record Reduction(int nearest) {
  /** The nearest reference counts. */
  public static final Reduction MINIMUM = new Reduction(1);

  /** The mean over all references counts. */
  public static final Reduction MEAN = new Reduction(Integer.MAX_VALUE);

  public Reduction {
    if (nearest < 1) {
      throw new IllegalArgumentException("at least one reference counts, not " + nearest);
    }
  }
}
