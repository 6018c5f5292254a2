package org.facestream.deploy.evaluation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.facestream.recognizer.facenet.evaluation.FacePair;
import org.facestream.recognizer.facenet.evaluation.Verification;
import org.facestream.recognizer.facenet.evaluation.Verification.ScoredPair;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {
  @Test
  void whatIsEmptyHasNoHeader() {
    String text = report(0.4f);
    assertTrue(text.contains("no pair is wrong at 1.000"), text);
    assertFalse(text.contains("the worst first"), text);
    assertFalse(text.contains("the slowest"), text);
  }

  @Test
  void whatIsWrongIsListed() {
    String text = report(1.2f);
    assertTrue(text.contains("wrong at 1.000, the worst first:\n    1.200 one person  a/1"), text);
  }

  /**
   * @param same distance of the pair of one person
   */
  private static String report(float same) {
    Verification verification =
        new Verification(
            List.of(
                new ScoredPair(new FacePair(0, "a/1.jpg", "a/2.jpg", true), same),
                new ScoredPair(new FacePair(0, "a/1.jpg", "b/1.jpg", false), 1.4f)));
    return new EvaluationReport("facenet", 1, 1, 0.001, verification, null, null, List.of()).text();
  }
}
