package org.facestream.deploy.lab.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.List;
import org.facestream.deploy.lab.evaluation.DescribedPictures.Described;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation for a program: one line of JSON, names in snake case, shares from 0 to 1, and null
 * for a number that is none: an infinite distance or threshold, a share of nothing.
 */
record EvaluationJson(EvaluationReport report) {
  private static final JsonMapper JSON =
      Json.SNAKE_CASE
          .rebuild()
          .addModule(
              new SimpleModule()
                  .addSerializer(float.class, new NumbersOnly<>(Float.class))
                  .addSerializer(Float.class, new NumbersOnly<>(Float.class))
                  .addSerializer(double.class, new NumbersOnly<>(Double.class))
                  .addSerializer(Double.class, new NumbersOnly<>(Double.class)))
          .build();

  /** JSON has neither infinity nor what is not a number. */
  private static final class NumbersOnly<N extends Number> extends StdSerializer<N> {
    private static final long serialVersionUID = 1;

    NumbersOnly(Class<N> type) {
      super(type);
    }

    @Override
    public void serialize(N value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (!Double.isFinite(value.doubleValue())) {
        json.writeNull();
      } else if (value instanceof Float number) {
        json.writeNumber(number);
      } else {
        json.writeNumber(value.doubleValue());
      }
    }
  }

  // The fields of the JSON, as of those below.
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Whole(
      String model,
      float verificationThreshold,
      float threshold,
      @Nullable Verified verification,
      @Nullable Identified identification,
      TrackRates.@Nullable Json tracks,
      VisitorTracks.@Nullable Json visitors,
      double findMs,
      double describeMs,
      List<Slow> slowest,
      List<Unusable> unusable) {}

  private record Slow(String picture, double ms) {}

  private record Unusable(String picture, String reason) {}

  private record Verified(
      int pairs,
      long withoutFace,
      double bestAccuracy,
      float bestThreshold,
      double foldAccuracy,
      double foldStandardError,
      double accuracyAtThreshold,
      double equalErrorRate,
      List<Point> tarAtFar,
      Point suggested,
      List<Worst> worst) {}

  /**
   * @param wanted false accept rate that was asked for
   * @param measurable whether there are pairs enough that one of them is such a share
   */
  private record Point(
      double wanted,
      boolean measurable,
      float threshold,
      double trueAcceptRate,
      double falseAcceptRate) {}

  private record Worst(String first, String second, boolean same, boolean wrong, float distance) {}

  private record Identified(
      int enrolled,
      int references,
      int mated,
      int strangers,
      double rankOne,
      List<Identification.Rates> rates) {}

  String line() throws JsonProcessingException {
    EvaluationReport.Times times = report.times();
    List<Described> slowest = report.slowestFirst();
    return JSON.writeValueAsString(
        new Whole(
            report.model(),
            report.verifying(),
            report.identifying(),
            report.verification() == null ? null : verified(report.verification()),
            report.identification() == null ? null : identified(report.identification()),
            report.tracks() == null
                ? null
                : new TrackRates(report.tracks(), report.identifying()).json(),
            report.visitors() == null ? null : report.visitors().json(),
            times.find(),
            times.describe(),
            slowest.stream()
                .limit(EvaluationReport.SHOWN)
                .map(one -> new Slow(one.name(), (one.findNanos() + one.describeNanos()) / 1e6))
                .toList(),
            report.unusable().stream()
                .map(one -> new Unusable(one.name(), one.unusable().orElse("")))
                .toList()));
  }

  private Verified verified(Verification verification) {
    Verification.Accuracy best = verification.bestAccuracy();
    Verification.FoldAccuracy folds = verification.foldAccuracy();
    return new Verified(
        verification.pairs().size(),
        verification.withoutFace(),
        best.accuracy(),
        best.threshold(),
        folds.mean(),
        folds.standardError(),
        verification.accuracyAt(report.verifying()).accuracy(),
        verification.equalErrorRate(),
        EvaluationReport.RATES.stream().map(rate -> point(verification, rate)).toList(),
        point(verification, report.wanted()),
        report.worst(verification).stream().map(this::worst).toList());
  }

  private Point point(Verification verification, double wanted) {
    Verification.OperatingPoint at = verification.atFalseAcceptRate(wanted);
    return new Point(
        wanted,
        EvaluationReport.measurable(verification, wanted),
        at.threshold(),
        at.trueAcceptRate(),
        at.falseAcceptRate());
  }

  private Worst worst(Verification.ScoredPair pair) {
    boolean wrong = (pair.distance() < report.verifying()) != pair.pair().same();
    return new Worst(
        pair.pair().first(), pair.pair().second(), pair.pair().same(), wrong, pair.distance());
  }

  private Identified identified(Identification identification) {
    return new Identified(
        identification.enrolled(),
        identification.references(),
        identification.mated().size(),
        identification.strangers().size(),
        identification.rankOne(),
        report.rates(identification));
  }
}
