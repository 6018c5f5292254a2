package org.facestream.deploy.lab.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * How well distances tell whether two pictures show one person. A pair is accepted when its
 * distance is less than the threshold.
 *
 * <p>A picture without a face has no distance to any other: its pairs count, with an infinite one.
 */
public final class Verification {
  /**
   * A pair and the distance between its descriptors.
   *
   * @param distance infinite where a picture has no face
   */
  public record ScoredPair(FacePair pair, float distance) {}

  /** What a threshold gives: the share of pairs that are judged rightly. */
  public record Accuracy(float threshold, double accuracy) {}

  /**
   * What a threshold gives.
   *
   * @param trueAcceptRate share of the pairs of one person that are accepted
   * @param falseAcceptRate share of the pairs of two that are
   */
  public record OperatingPoint(float threshold, double trueAcceptRate, double falseAcceptRate) {}

  /**
   * Accuracy on each fold with the threshold that is best on all the others, as LFW's protocol
   * asks.
   *
   * @param mean over the folds
   * @param standardError of the mean; NaN for one fold
   */
  public record FoldAccuracy(double mean, double standardError) {}

  private final List<ScoredPair> pairs;
  private final float[] same;
  private final float[] different;

  /**
   * @throws IllegalArgumentException if there is no pair of one person, or none of two
   */
  public Verification(List<ScoredPair> pairs) {
    this(pairs, distances(pairs, true), distances(pairs, false));
    if (same.length == 0 || different.length == 0) {
      throw new IllegalArgumentException("pairs of one person and pairs of two are needed");
    }
  }

  private Verification(List<ScoredPair> pairs, float[] same, float[] different) {
    this.pairs = List.copyOf(pairs);
    this.same = same;
    this.different = different;
  }

  private static float[] distances(List<ScoredPair> pairs, boolean same) {
    List<Float> distances = new ArrayList<>();
    pairs.stream()
        .filter(pair -> pair.pair().same() == same)
        .forEach(p -> distances.add(p.distance()));
    float[] sorted = new float[distances.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = distances.get(i);
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /** As given. */
  public List<ScoredPair> pairs() {
    return pairs;
  }

  /** Pairs of which a picture has no face. */
  public long withoutFace() {
    return pairs.stream().filter(pair -> Float.isInfinite(pair.distance())).count();
  }

  public Accuracy accuracyAt(float threshold) {
    int right = below(same, threshold) + different.length - below(different, threshold);
    return new Accuracy(threshold, (double) right / (same.length + different.length));
  }

  /**
   * At the threshold of highest accuracy: of the intervals between neighbouring distances that are
   * equally good the widest, of those the lowest, and of that the middle. So it is as far from the
   * nearest right pairs as from the nearest wrong ones.
   */
  public Accuracy bestAccuracy() {
    float[] distances = finiteDistances();
    Accuracy best = accuracyAt(distances.length == 0 ? 0 : distances[0]);
    double width = 0;
    for (int i = 0; i < distances.length; i++) {
      // What is over all distances has no middle.
      boolean last = i + 1 == distances.length;
      float threshold = last ? Math.nextUp(distances[i]) : between(distances[i], distances[i + 1]);
      double wide = last ? 0 : (double) distances[i + 1] - distances[i];
      Accuracy accuracy = accuracyAt(threshold);
      if (accuracy.accuracy() > best.accuracy()
          || (accuracy.accuracy() == best.accuracy() && wide > width)) {
        best = accuracy;
        width = wide;
      }
    }
    return best;
  }

  /** The middle, which accepts the lower and not the upper. */
  private static float between(float lower, float upper) {
    return Math.max(Math.nextUp(lower), (float) (((double) lower + upper) / 2));
  }

  /** Each once, ascending. */
  private float[] finiteDistances() {
    TreeSet<Float> distances = new TreeSet<>();
    pairs.stream()
        .map(ScoredPair::distance)
        .filter(distance -> Float.isFinite(distance))
        .forEach(distances::add);
    float[] sorted = new float[distances.size()];
    int filled = 0;
    for (float distance : distances) {
      sorted[filled++] = distance;
    }
    return sorted;
  }

  public FoldAccuracy foldAccuracy() {
    List<Integer> folds = pairs.stream().map(pair -> pair.pair().fold()).distinct().toList();
    if (folds.size() == 1) {
      return new FoldAccuracy(bestAccuracy().accuracy(), Double.NaN);
    }
    double[] accuracies = new double[folds.size()];
    for (int i = 0; i < accuracies.length; i++) {
      int fold = folds.get(i);
      float threshold = part(fold, false).bestAccuracy().threshold();
      accuracies[i] = part(fold, true).accuracyAt(threshold).accuracy();
    }
    double mean = Arrays.stream(accuracies).average().orElseThrow();
    double squares = Arrays.stream(accuracies).map(value -> (value - mean) * (value - mean)).sum();
    int count = accuracies.length;
    return new FoldAccuracy(mean, Math.sqrt(squares / (count - 1) / count));
  }

  /** One fold, or all others; may lack one kind of pairs. */
  private Verification part(int fold, boolean inside) {
    List<ScoredPair> part =
        pairs.stream().filter(pair -> (pair.pair().fold() == fold) == inside).toList();
    return new Verification(part, distances(part, true), distances(part, false));
  }

  /**
   * The highest threshold at which at most this share of the pairs of two persons is accepted.
   *
   * @param falseAcceptRate 0 to 1
   */
  public OperatingPoint atFalseAcceptRate(double falseAcceptRate) {
    int most = (int) Math.floor(falseAcceptRate * different.length + 1e-9);
    return at(most < different.length ? different[most] : Float.POSITIVE_INFINITY);
  }

  public OperatingPoint at(float threshold) {
    return new OperatingPoint(
        threshold,
        (double) below(same, threshold) / same.length,
        (double) below(different, threshold) / different.length);
  }

  /**
   * Where as large a share of one kind of pairs is wrongly accepted as of the other refused.
   * Between two thresholds that are next to one another both shares are taken to change evenly, so
   * that it is the point where the two curves cross. Where they do not, because more pairs of one
   * person are without a face than that, it is the share that is always refused.
   */
  public double equalErrorRate() {
    double accepted = 0;
    double refused = 1;
    for (float distance : finiteDistances()) {
      OperatingPoint point = at(Math.nextUp(distance));
      double nowAccepted = point.falseAcceptRate();
      double nowRefused = 1 - point.trueAcceptRate();
      if (nowAccepted >= nowRefused) {
        double before = refused - accepted;
        double step = before / (before + nowAccepted - nowRefused);
        return accepted + step * (nowAccepted - accepted);
      }
      accepted = nowAccepted;
      refused = nowRefused;
    }
    return refused;
  }

  /** The pairs that a threshold judges wrongly, the worst first. */
  public List<ScoredPair> wrongAt(float threshold) {
    return pairs.stream()
        .filter(pair -> (pair.distance() < threshold) != pair.pair().same())
        .sorted(
            (one, other) ->
                Float.compare(
                    Math.abs(other.distance() - threshold), Math.abs(one.distance() - threshold)))
        .toList();
  }

  /** The pairs that a threshold judges rightly, first those that were nearest to being wrong. */
  public List<ScoredPair> nearlyWrongAt(float threshold) {
    return pairs.stream()
        .filter(pair -> (pair.distance() < threshold) == pair.pair().same())
        .sorted(
            (one, other) ->
                Float.compare(
                    Math.abs(one.distance() - threshold), Math.abs(other.distance() - threshold)))
        .toList();
  }

  /** A few lines for people. */
  public String summary(float threshold) {
    Accuracy best = bestAccuracy();
    FoldAccuracy folds = foldAccuracy();
    return String.format(
        Locale.ROOT,
        """
        pairs %d, of which without a face %d
        best accuracy %.2f %% at %.3f; over the folds %.2f %% +- %.2f; at %.3f %.2f %%
        TAR %.2f %% at FAR 1 %%, %.2f %% at FAR 0.1 %%; equal error rate %.2f %%
        """,
        pairs.size(),
        withoutFace(),
        100 * best.accuracy(),
        best.threshold(),
        100 * folds.mean(),
        100 * folds.standardError(),
        threshold,
        100 * accuracyAt(threshold).accuracy(),
        100 * atFalseAcceptRate(0.01).trueAcceptRate(),
        100 * atFalseAcceptRate(0.001).trueAcceptRate(),
        100 * equalErrorRate());
  }

  /** How many of the sorted distances are less than the threshold. */
  private static int below(float[] sorted, float threshold) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < threshold) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
