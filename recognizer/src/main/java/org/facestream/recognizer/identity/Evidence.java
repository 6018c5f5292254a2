package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a track's faces say for and against one person.
 *
 * @param name the person's name as of the last face
 * @param watchlist that the person was on as of the last face, or null
 * @param sum for, less against, of the faces that are remembered; at most {@link
 *     DecisionRules#MOST}
 * @param weight of those faces together; null in a state of before it was kept
 * @param faces in how many moments a face spoke for the person
 * @param sure whether one of them was good enough to decide alone
 * @param distance least distance of a face to the person
 * @param margin how much farther the second-best person was from that face; negative when the
 *     person was not the nearest; null when there was no other
 * @param other whom the margin is measured to, or null
 * @param looks what the faces of the last moments said, at most {@value #LOOKS}; null in a state of
 *     before it was kept
 */
// As many values as its JSON has in the state store, without levels between, as there.
@RecordBuilder
record Evidence(
    String name,
    @Nullable String watchlist,
    double sum,
    Double weight,
    int faces,
    boolean sure,
    double distance,
    @Nullable Double margin,
    @Nullable String other,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Look> looks)
    implements EvidenceBuilder.With {

  /** A close-up comes a second or two after the face that it is of. */
  static final int LOOKS = 8;

  Evidence {
    weight = weight == null ? 0 : weight;
    looks = looks == null ? List.of() : List.copyOf(looks);
  }

  /**
   * What the best face of a moment said.
   *
   * @param at its capture time, in milliseconds since 1970
   * @param weight its quality
   * @param said what it added to the sum
   */
  record Look(long at, float weight, float said) {}

  /** What was said at that time, if it is remembered. */
  Optional<Look> look(long at) {
    return looks.stream().filter(look -> look.at() == at).findFirst();
  }

  /** The same without what only faces of the last moments need. */
  Evidence ended() {
    return withLooks(List.of());
  }

  /**
   * What the faces say together. They are of one person in one place: what the first few say, the
   * others say again. So they count for no more than {@link DecisionRules#INDEPENDENT} of them
   * would that say what all say on average.
   */
  double value() {
    return weight > DecisionRules.INDEPENDENT ? sum * DecisionRules.INDEPENDENT / weight : sum;
  }

  /** Whether it is enough for a name. */
  boolean enough(DecisionRules rules) {
    return sum > 0 && (sure || (faces >= rules.minFaces() && value() >= DecisionRules.NEEDED));
  }

  /** The same without the margin to a person who was removed. */
  Evidence without(Predicate<String> gone) {
    return other != null && gone.test(other) ? with().margin(null).other(null).build() : this;
  }
}
