package org.facestream.deploy.lab.evaluation;

import java.util.ArrayList;
import java.util.List;

/** Measures detector, alignment and descriptor together on pairs of photographs. */
public final class PairsEvaluation {
  private PairsEvaluation() {}

  /**
   * Compares the two pictures of each pair.
   *
   * @throws org.facestream.ingest.worker.config.UserError that names the picture which cannot be
   *     read
   */
  public static Verification evaluate(DescribedPictures pictures, List<FacePair> pairs) {
    List<Verification.ScoredPair> scored = new ArrayList<>(pairs.size());
    for (FacePair pair : pairs) {
      scored.add(new Verification.ScoredPair(pair, pictures.distance(pair.first(), pair.second())));
    }
    return new Verification(scored);
  }
}
