package org.facestream.recognizer.identity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The evidence of a face for and against each candidate.
 *
 * <p>Every face adds to the evidence of every person in question: for the nearest person {@code
 * quality · (threshold - distance) / threshold}, with the threshold that counts for this person on
 * this camera, which is negative beyond the threshold, and nothing positive when the second-best
 * person is as near; against the others by how much farther they were, all in shares of the
 * thresholds. What that comes to is said by {@link Evidence#value}.
 */
final class Weighing {
  private static final int MOST_PERSONS = 8;

  /** One face cannot say more against a person than this. */
  private static final double MOST_AGAINST = -.25;

  /** Evidence below this counts the same, so that a track with bad first faces can recover. */
  private static final double LEAST = -.5;

  private final DecisionRules rules;

  Weighing(DecisionRules rules) {
    this.rules = rules;
  }

  /**
   * The evidence of a track when there is one more face; at most {@value #MOST_PERSONS} persons.
   */
  SortedMap<String, Evidence> with(SortedMap<String, Evidence> before, Match match) {
    SortedMap<String, Evidence> after = new TreeMap<>();
    List<Match.Candidate> candidates = match.candidates();
    double weight = Math.max(.1, Math.min(1, match.quality()));
    for (int i = 0; i < candidates.size(); i++) {
      Match.Candidate candidate = candidates.get(i);
      Evidence known = before.get(candidate.personId());
      Evidence added = add(known, match, i, weight);
      if (known != null || added.sum() > 0) {
        after.put(candidate.personId(), added);
      }
    }
    if (!candidates.isEmpty()) {
      // Who is not among the nearest is at least as far as the last of them.
      double against = share(match, candidates.size() - 1);
      before.forEach(
          (person, evidence) -> {
            if (!after.containsKey(person)) {
              Said said = said(evidence, match, Math.min(0, against), weight);
              after.put(
                  person,
                  evidence
                      .with()
                      .sum(said.sum())
                      .weight(said.weight())
                      .faces(said.faces())
                      .looks(said.looks())
                      .build());
            }
          });
    }
    while (after.size() > MOST_PERSONS) {
      after.remove(
          after.entrySet().stream()
              .min(Comparator.comparingDouble(entry -> entry.getValue().value()))
              .orElseThrow()
              .getKey());
    }
    return after;
  }

  private Evidence add(@Nullable Evidence known, Match match, int rank, double weight) {
    Match.Candidate candidate = match.candidates().get(rank);
    double distance = candidate.distance();
    Double margin = margin(match.candidates(), rank);
    double share = share(match, rank);
    boolean speaks = share > 0;
    boolean sure =
        speaks
            && match.share(rank) <= DecisionRules.SURE_DISTANCE
            && match.quality() >= DecisionRules.SURE_QUALITY
            && (match.candidates().size() < 2 || ahead(match) >= 2 * rules.margin());
    Evidence nearest = known == null || distance < known.distance() ? null : known;
    Said said = said(known, match, share, weight);
    return EvidenceBuilder.builder()
        .name(candidate.name())
        .watchlist(candidate.watchlist())
        .sum(said.sum())
        .weight(said.weight())
        .faces(said.faces())
        .sure(sure || (known != null && known.sure()))
        .distance(nearest == null ? distance : nearest.distance())
        .margin(nearest == null ? margin : nearest.margin())
        .other(nearest == null ? other(match.candidates(), rank) : nearest.other())
        .looks(said.looks())
        .build();
  }

  /** What has been said of a person in all. */
  private record Said(double sum, double weight, int faces, List<Evidence.Look> looks) {}

  /**
   * Adds what one more face says of a person. A moment has one vote, that of its best face: a
   * close-up takes the place of the small face that it is of, and does not vote beside it.
   */
  private static Said said(@Nullable Evidence known, Match match, double share, double weight) {
    long at = match.captureTime().toEpochMilli();
    Evidence.Look look = new Evidence.Look(at, (float) weight, (float) (weight * share));
    Evidence.Look before = known == null ? null : known.look(at).orElse(null);
    if (known == null || before == null) {
      List<Evidence.Look> looks = new ArrayList<>(known == null ? List.of() : known.looks());
      looks.add(look);
      return new Said(
          sum(known, share, weight),
          weight(known, weight),
          (known == null ? 0 : known.faces()) + vote(look),
          looks.subList(Math.max(0, looks.size() - Evidence.LOOKS), looks.size()));
    }
    if (look.weight() <= before.weight()) {
      return new Said(known.sum(), known.weight(), known.faces(), known.looks());
    }
    List<Evidence.Look> looks = new ArrayList<>(known.looks());
    looks.set(looks.indexOf(before), look);
    return new Said(
        bounded(known.sum() - before.said() + look.said()),
        Math.min(DecisionRules.REMEMBERED, known.weight() - before.weight() + look.weight()),
        known.faces() - vote(before) + vote(look),
        looks);
  }

  private static int vote(Evidence.Look look) {
    return look.said() > 0 ? 1 : 0;
  }

  /** The sum when there is one more face that says that. */
  private static double sum(@Nullable Evidence known, double share, double weight) {
    double sum = (known == null ? 0 : known.sum()) + weight * share;
    double all = (known == null ? 0 : known.weight()) + weight;
    double kept = all > DecisionRules.REMEMBERED ? sum * DecisionRules.REMEMBERED / all : sum;
    return bounded(kept);
  }

  private static double bounded(double sum) {
    return Math.max(LEAST, Math.min(DecisionRules.MOST, sum));
  }

  private static double weight(@Nullable Evidence known, double weight) {
    return Math.min(DecisionRules.REMEMBERED, (known == null ? 0 : known.weight()) + weight);
  }

  /** What a face says of the candidate of that rank: positive for, negative against. */
  private double share(Match match, int rank) {
    double under = 1 - match.share(rank);
    if (rank > 0) {
      double farther = match.share(rank) - match.share(0);
      return Math.max(MOST_AGAINST, Math.min(0, under) - farther);
    }
    boolean ambiguous = match.candidates().size() > 1 && ahead(match) < rules.margin();
    return Math.max(MOST_AGAINST, ambiguous ? Math.min(0, under) : under);
  }

  /** How much nearer the nearest person is than the second, in shares of their thresholds. */
  private static double ahead(Match match) {
    return match.share(1) - match.share(0);
  }

  /**
   * How much farther the second-best person was than the best; of a person of another rank, as a
   * negative number, how much nearer the best was. Null when there was only one.
   */
  static @Nullable Double margin(List<Match.Candidate> candidates, int rank) {
    if (rank > 0) {
      return (double) candidates.get(0).distance() - candidates.get(rank).distance();
    }
    return candidates.size() < 2
        ? null
        : Double.valueOf((double) candidates.get(1).distance() - candidates.get(0).distance());
  }

  /** The person to whom the margin of that rank is measured. */
  static @Nullable String other(List<Match.Candidate> candidates, int rank) {
    if (rank > 0) {
      return candidates.get(0).personId();
    }
    return candidates.size() < 2 ? null : candidates.get(1).personId();
  }
}
