package org.facestream.recognizer.gallery.match;

/**
 * How the distances to a person's references are reduced to one: the mean of a number of nearest
 * references, or of all if there are fewer. A single bad picture affects the mean of all, and a
 * single picture decides the minimum; the mean of a few nearest is between both.
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
