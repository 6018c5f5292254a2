package org.facestream.recognizer.identity;

import java.time.Duration;

/**
 * When the unknown people of two tracks are one visitor.
 *
 * @param threshold distance of two looks below which they are one person's
 * @param minQuality of a face that counts, 0 to 1
 * @param retention how long a look of a visitor is kept
 */
public record VisitorRules(double threshold, double minQuality, Duration retention) {
  /** The look of a track is the mean of its best faces, at most this number. */
  static final int FACES = 3;

  /** A track with fewer faces of good quality is nobody's. */
  static final int LEAST_FACES = 2;

  /** A new look is kept when it is nearer to its visitor than this share of the threshold... */
  static final double CLEARLY = .85;

  /** ...and every other visitor is farther by this share of the threshold. */
  static final double MARGIN = .15;

  /** Looks that are kept of a visitor at once. */
  public static final int LOOKS = 3;

  public VisitorRules {
    if (!(threshold > 0) || !(minQuality >= 0) || retention.isNegative() || retention.isZero()) {
      throw new IllegalArgumentException("rules that link nobody: " + threshold + ", " + retention);
    }
  }

  /** When a visitor has {@link #LOOKS}, another one is kept after this time. */
  public Duration between() {
    return retention.dividedBy(8);
  }
}
