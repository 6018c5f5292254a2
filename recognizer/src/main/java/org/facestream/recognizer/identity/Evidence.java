package org.facestream.recognizer.identity;

import java.util.function.Predicate;

/**
 * What a track's faces say for and against one person.
 *
 * @param name the person's name as of the last face
 * @param watchlist that the person was on as of the last face, or null
 * @param sum for, less against; at most {@link DecisionRules#MOST}
 * @param faces how many spoke for the person
 * @param sure whether one of them was good enough to decide alone
 * @param distance least distance of a face to the person
 * @param margin how much farther the second-best person was from that face; negative when the
 *     person was not the nearest; null when there was no other
 * @param other whom the margin is measured to, or null
 */
record Evidence(
    String name,
    String watchlist,
    double sum,
    int faces,
    boolean sure,
    double distance,
    Double margin,
    String other) {

  /** Whether it is enough for a name. */
  boolean enough(DecisionRules rules) {
    return sum > 0 && (sure || (faces >= rules.minFaces() && sum >= DecisionRules.NEEDED));
  }

  /** The same without a margin that tells how far somebody is who is gone. */
  Evidence without(Predicate<String> gone) {
    return other != null && gone.test(other)
        ? new Evidence(name, watchlist, sum, faces, sure, distance, null, null)
        : this;
  }
}
