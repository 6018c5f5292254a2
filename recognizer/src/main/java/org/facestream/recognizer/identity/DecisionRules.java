package org.facestream.recognizer.identity;

import java.time.Duration;

/**
 * When a track's faces add up to a name. Distances are compared with the threshold that each match
 * carries, so that cameras and models may have their own.
 *
 * @param minFaces how many faces must speak for a person, unless one is very good; at least 1
 * @param margin how much nearer than the second-best person a face must be to speak for a person,
 *     as a share of the threshold
 * @param timeout a track that was not seen for this long has ended
 */
public record DecisionRules(int minFaces, double margin, Duration timeout) {
  /** A face is very good under this share of the threshold, with twice the margin. */
  static final double SURE_DISTANCE = .75;

  /** A face is clearly nobody's beyond this share of the threshold. */
  static final double CLEARLY_NOBODY = 1.25;

  /** Quality that a face needs to decide alone. */
  static final double SURE_QUALITY = .4;

  /** After this number of faces, a track without a name starts as unknown. */
  static final int PATIENCE = 3;

  /**
   * Evidence that gives a name: the sum over faces of quality times the share of the threshold by
   * which the face was under it, as far as {@link #INDEPENDENT} lets it grow. Three faces of
   * quality .6 at .89 of the threshold reach it, and no number of faces that are as often over the
   * threshold as under it.
   */
  static final double NEEDED = .2;

  /**
   * The maximum total weight of a track's faces, in faces of quality 1. The frames of a track are
   * not independent: a stranger who resembles somebody a little does so in all of them. With this
   * and {@link #NEEDED} a track is named when its faces are on average under .933 of the threshold,
   * be they four or four hundred.
   */
  static final double INDEPENDENT = 3;

  /**
   * The number of recent faces of quality 1 in the mean, with older ones fading out: enough that a
   * look-alike moment does not decide, and few enough that a person who comes nearer is named.
   */
  static final double REMEMBERED = 10;

  /** Evidence is bounded, so that a track whose face was swapped for another's can recover. */
  static final double MOST = 1.5;

  /** A name in force is taken back when the evidence falls under this: two bad faces, not one. */
  static final double TAKEN_BACK = -.15;

  /** By how much another person's evidence must exceed that of the person in force. */
  static final double TAKEOVER = .2;

  /** A distance that is better by this share of the threshold is worth telling. */
  static final double BETTER = .1;

  public DecisionRules {
    if (minFaces < 1 || !(margin >= 0) || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("rules that decide nothing: " + minFaces + ", " + margin);
    }
  }
}
