package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.facestream.deploy.lab.evaluation.Verification.ScoredPair;
import org.junit.jupiter.api.Test;

class VerificationTest {
  private static ScoredPair pair(int fold, boolean same, float distance) {
    return new ScoredPair(new FacePair(fold, "a", "b", same), distance);
  }

  /** One error whatever the threshold: 0.7 of one person, 0.5 of two. */
  private static final Verification SMALL =
      new Verification(
          List.of(
              pair(0, true, 0.2f),
              pair(0, true, 0.7f),
              pair(0, false, 0.5f),
              pair(0, false, 0.8f),
              pair(1, true, 0.3f),
              pair(1, true, 0.4f),
              pair(1, false, 0.9f),
              pair(1, false, 1.0f)));

  @Test
  void countsWhatAThresholdGives() {
    assertEquals(7 / 8.0, SMALL.accuracyAt(0.45f).accuracy());
    assertEquals(6 / 8.0, SMALL.accuracyAt(0.6f).accuracy());
    assertEquals(4 / 8.0, SMALL.accuracyAt(0).accuracy());
    assertEquals(4 / 8.0, SMALL.accuracyAt(9).accuracy());
    // A distance that equals the threshold is not accepted.
    assertEquals(2 / 4.0, SMALL.at(0.4f).trueAcceptRate());
    assertEquals(1 / 4.0, SMALL.at(0.6f).falseAcceptRate());
  }

  @Test
  void theBestThresholdIsFound() {
    assertEquals(7 / 8.0, SMALL.bestAccuracy().accuracy());
  }

  @Test
  void theBestThresholdIsInTheMiddleOfTheWidestGap() {
    Verification verification =
        new Verification(
            List.of(
                // As good as between 0.5 and 0.9, but narrower.
                pair(0, true, 0.25f),
                pair(0, false, 0.375f),
                pair(0, true, 0.5f),
                pair(0, false, 1f)));

    assertEquals(0.75, verification.bestAccuracy().accuracy());
    assertEquals(0.75f, verification.bestAccuracy().threshold());
  }

  @Test
  void neighbouringNumbersAreStillToldApart() {
    float lower = 0.5f;
    Verification verification =
        new Verification(List.of(pair(0, true, lower), pair(0, false, Math.nextUp(lower))));

    assertEquals(1, verification.bestAccuracy().accuracy());
    assertEquals(Math.nextUp(lower), verification.bestAccuracy().threshold());
  }

  /** The next wrong pair's own distance as threshold would fail in the fold of the nearest one. */
  @Test
  void whatIsSeparableIsSeparatedInEveryFold() {
    List<ScoredPair> pairs = new ArrayList<>();
    for (int i = 0; i < 63; i++) {
      pairs.add(pair(i % 7, true, 0.98f - i * 0.005f));
      pairs.add(pair(i % 7, false, 1.209f + i * 0.004f));
    }
    Verification separable = new Verification(pairs);

    assertEquals(1, separable.bestAccuracy().accuracy());
    assertEquals((0.98 + 1.209) / 2, separable.bestAccuracy().threshold(), 1e-6);
    assertEquals(1, separable.foldAccuracy().mean());
    assertEquals(0, separable.foldAccuracy().standardError());
    assertEquals(0, separable.equalErrorRate());
  }

  @Test
  void theFalseAcceptRateIsNeverExceeded() {
    assertEquals(3 / 4.0, SMALL.atFalseAcceptRate(0.01).trueAcceptRate());
    assertEquals(0, SMALL.atFalseAcceptRate(0.01).falseAcceptRate());
    assertEquals(1, SMALL.atFalseAcceptRate(0.25).trueAcceptRate());
    assertEquals(0.25, SMALL.atFalseAcceptRate(0.25).falseAcceptRate());
    assertEquals(1, SMALL.atFalseAcceptRate(1).falseAcceptRate());
  }

  @Test
  void errorRatesMeetAtAQuarter() {
    assertEquals(0.25, SMALL.equalErrorRate());
  }

  @Test
  void errorRatesMeetBetweenTwoThresholds() {
    Verification verification =
        new Verification(
            List.of(
                pair(0, true, 0.2f),
                pair(0, true, 0.4f),
                pair(0, true, 0.6f),
                pair(0, true, 0.8f),
                pair(0, false, 0.5f),
                pair(0, false, 0.9f)));

    // From (0 accepted, 1/2 refused) to (1/2, 1/2): they meet where that ends; with one more pair
    // of
    // two people, halfway: from (1/3, 1/2) to (1/3, 1/4) they are equal at 1/3.
    assertEquals(0.5, verification.equalErrorRate());
    List<ScoredPair> more = new ArrayList<>(verification.pairs());
    more.add(pair(0, false, 1f));
    assertEquals(1 / 3.0, new Verification(more).equalErrorRate(), 1e-12);
  }

  @Test
  void eachFoldIsJudgedByTheOthersThreshold() {
    // Fold 1 is best at 0.65, between 0.4 and 0.9: of fold 0 it misses 0.7 and accepts 0.5. Fold 0
    // is best at 0.35, between 0.2 and 0.5: of fold 1 it misses 0.4.
    assertEquals((2 / 4.0 + 3 / 4.0) / 2, SMALL.foldAccuracy().mean());
    assertEquals(0.125, SMALL.foldAccuracy().standardError(), 1e-12);
  }

  @Test
  void aPictureWithoutFaceCountsAsNotAccepted() {
    Verification some =
        new Verification(
            List.of(
                pair(0, true, Float.POSITIVE_INFINITY),
                pair(0, true, 0.1f),
                pair(0, false, Float.POSITIVE_INFINITY),
                pair(0, false, 0.9f)));

    assertEquals(2, some.withoutFace());
    assertEquals(0.75, some.bestAccuracy().accuracy());
    assertEquals(0.5, some.atFalseAcceptRate(0).trueAcceptRate());
    assertEquals(1, some.wrongAt(0.5f).size());
    assertTrue(some.summary(0.5f).contains("without a face 2"));
  }

  @Test
  void agreesWithAPlainCountOnRandomDistances() {
    Random random = new Random(7);
    List<ScoredPair> pairs = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      boolean same = i % 2 == 0;
      float distance = (float) Math.abs((same ? 0.4 : 0.8) + 0.15 * random.nextGaussian());
      pairs.add(pair(i % 10, same, distance));
    }
    Verification verification = new Verification(pairs);

    double best = 0;
    for (float threshold = 0; threshold < 1.5; threshold += 0.0005f) {
      float at = threshold;
      long right =
          pairs.stream().filter(pair -> (pair.distance() < at) == pair.pair().same()).count();
      assertEquals(right / 400.0, verification.accuracyAt(at).accuracy());
      assertEquals(400 - right, verification.wrongAt(at).size());
      best = Math.max(best, right / 400.0);
    }
    assertEquals(best, verification.bestAccuracy().accuracy(), 0.0026);
    assertTrue(verification.bestAccuracy().accuracy() >= best);
    assertTrue(verification.foldAccuracy().mean() <= best);
    assertEquals(1 - best, verification.equalErrorRate(), 0.03);
  }

  @Test
  void bothKindsOfPairsAreNeeded() {
    assertThrows(
        IllegalArgumentException.class, () -> new Verification(List.of(pair(0, true, 0.1f))));
  }
}
