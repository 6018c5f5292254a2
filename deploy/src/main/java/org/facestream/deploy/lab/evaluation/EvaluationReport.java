package org.facestream.deploy.lab.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.lab.evaluation.DescribedPictures.Described;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation gave.
 *
 * @param model the descriptor network
 * @param verifying threshold that is judged for two pictures
 * @param identifying threshold that is judged for the gallery
 * @param wanted false match rate that a threshold is suggested for, 0 to 1
 * @param verification null when none was asked for
 * @param identification null when none was asked for
 * @param tracks null when none was asked for
 * @param visitors null when none was asked for
 * @param slowestFirst the pictures that were described
 * @param unusable the pictures that are none
 */
// Made in one place, of what three measurements gave or did not.
public record EvaluationReport(
    String model,
    float verifying,
    float identifying,
    double wanted,
    @Nullable Verification verification,
    @Nullable Identification identification,
    @Nullable TrackIdentification tracks,
    @Nullable VisitorTracks visitors,
    List<Described> slowestFirst,
    List<Described> unusable) {
  static final int SHOWN = 5;
  static final List<Double> RATES = List.of(0.01, 0.001, 0.0001);

  /**
   * Draws ROC and distances.
   *
   * @param folder made where it is not there
   */
  public void draw(Path folder) throws IOException {
    if (verification != null) {
      Plots.draw(folder, model, verification, verifying, identifying);
    }
  }

  /** For a person. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "model %s, threshold %.3f for two pictures, %.3f for the gallery",
        model,
        verifying,
        identifying);
    if (verification != null) {
      verify(text, verification);
    }
    if (identification != null) {
      identify(text, identification);
    }
    if (tracks != null) {
      new TrackRates(tracks, identifying).write(text);
    }
    if (visitors != null) {
      visitors.write(text);
    }
    if (!unusable.isEmpty()) {
      line(
          text,
          "%d counted as without a face, because they are not usable pictures:",
          unusable.size());
      unusable.forEach(one -> line(text, "  %s: %s", one.name(), one.unusable().orElse("")));
    }
    if (!slowestFirst.isEmpty()) {
      times(text);
    }
    return text.toString();
  }

  private void times(StringBuilder text) {
    Times times = times();
    line(
        text,
        "time per picture: %.1f ms to decode it and find its faces, %.1f ms to describe one; the"
            + " slowest:",
        times.find(),
        times.describe());
    for (Described slow : slowestFirst.subList(0, Math.min(SHOWN, slowestFirst.size()))) {
      line(text, "  %7.1f ms  %s", (slow.findNanos() + slow.describeNanos()) / 1e6, slow.name());
    }
  }

  private void verify(StringBuilder text, Verification verification) {
    Verification.Accuracy best = verification.bestAccuracy();
    Verification.FoldAccuracy folds = verification.foldAccuracy();
    line(
        text,
        "verification: %d pairs, %d with a picture in which no face was found",
        verification.pairs().size(),
        verification.withoutFace());
    line(text, "  best accuracy  %6.2f %% at %.3f", 100 * best.accuracy(), best.threshold());
    line(
        text,
        "  over the folds %6.2f %%%s",
        100 * folds.mean(),
        Double.isNaN(folds.standardError())
            ? " (one fold)"
            : String.format(Locale.ROOT, " +- %.2f", 100 * folds.standardError()));
    line(
        text,
        "  at %.3f       %6.2f %%",
        verifying,
        100 * verification.accuracyAt(verifying).accuracy());
    for (double rate : RATES) {
      Verification.OperatingPoint point = verification.atFalseAcceptRate(rate);
      line(
          text,
          "  TAR at FAR %-5s %6.2f %% at %.3f%s",
          percent(rate),
          100 * point.trueAcceptRate(),
          point.threshold(),
          measurable(verification, rate) ? "" : "  (fewer pairs of two people than that needs)");
    }
    line(text, "  equal error rate %.2f %%", 100 * verification.equalErrorRate());
    Verification.OperatingPoint suggested = verification.atFalseAcceptRate(wanted);
    line(
        text,
        "  suggested threshold for a false match rate of %s: %.3f (finds %.2f %%)%s",
        percent(wanted),
        suggested.threshold(),
        100 * suggested.trueAcceptRate(),
        measurable(verification, wanted)
            ? ""
            : "; too few pairs for a suggestion: use more pictures");
    if (verification.wrongAt(verifying).isEmpty()) {
      line(text, "  no pair is wrong at %.3f; nearest to it are:", verifying);
    } else {
      line(text, "  wrong at %.3f, the worst first:", verifying);
    }
    for (Verification.ScoredPair wrong : worst(verification)) {
      line(
          text,
          "    %.3f %s %s %s",
          wrong.distance(),
          wrong.pair().same() ? "one person " : "two people ",
          wrong.pair().first(),
          wrong.pair().second());
    }
  }

  private void identify(StringBuilder text, Identification identification) {
    line(
        text,
        "identification: %d people enrolled with %d pictures; %d searches for them, %d for"
            + " strangers",
        identification.enrolled(),
        identification.references(),
        identification.mated().size(),
        identification.strangers().size());
    line(text, "  rank 1         %6.2f %%", 100 * identification.rankOne());
    for (Identification.Rates rates : rates(identification)) {
      line(
          text,
          "  at %.3f       strangers named %6.2f %%, enrolled people not named rightly %6.2f %%",
          rates.threshold(),
          100 * rates.falsePositive(),
          100 * rates.falseNegative());
    }
  }

  List<Identification.Rates> rates(Identification identification) {
    return List.of(
        identification.at(identifying),
        identification.atFalsePositive(0.01),
        identification.atFalsePositive(0.001));
  }

  /** The worst of those that are wrong, or if none is, of all. */
  List<Verification.ScoredPair> worst(Verification verification) {
    List<Verification.ScoredPair> wrong = verification.wrongAt(verifying);
    return (wrong.isEmpty() ? verification.nearlyWrongAt(verifying) : wrong)
        .stream().limit(SHOWN).toList();
  }

  /** Whether there are pairs enough that one of them is such a share. */
  static boolean measurable(Verification verification, double rate) {
    long different = verification.pairs().stream().filter(pair -> !pair.pair().same()).count();
    return rate * different >= 1;
  }

  record Times(double find, double describe) {}

  Times times() {
    return new Times(
        slowestFirst.stream().mapToLong(Described::findNanos).average().orElse(0) / 1e6,
        slowestFirst.stream()
                .filter(one -> one.descriptor().isPresent())
                .mapToLong(Described::describeNanos)
                .average()
                .orElse(0)
            / 1e6);
  }

  private static String percent(double rate) {
    return String.format(Locale.ROOT, "%s %%", 100 * rate).replace(".0 %", " %");
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  /** For a program: one line. */
  public String json() throws JsonProcessingException {
    return new EvaluationJson(this).line();
  }
}
