package org.facestream.sink.api.compreface;

import java.util.Map;
import org.facestream.recognizer.facenet.DescriptorModel;

/**
 * CompreFace's similarity of two faces at a distance: {@code (tanh((middle - distance) * slope) +
 * 1) / 2}. Which thresholds of it mean what, deploy/docs/coming-from-compreface.md says.
 *
 * @param middle the distance of similarity 0.5
 * @param slope how fast it falls there
 */
record Similarity(double middle, double slope) {
  /** CompreFace's own for the network that `facenet` is, 20180408-102900. */
  private static final Similarity FACENET = new Similarity(1.1362496, 5.803152427);

  /** Those of other networks have the false match rates of {@link #FACENET}. */
  private static final Map<String, Similarity> KNOWN =
      Map.of(
          "facenet",
          FACENET,
          "mobilefacenet",
          new Similarity(1.164, 6.814),
          "resnet34-128",
          new Similarity(0.634, 9.046));

  private static final double FACENET_VERIFICATION = 1.05;
  private static final double DIGITS = 1e5;

  /** Of a model. One that was not measured is scaled by its threshold for two pictures. */
  static Similarity of(DescriptorModel model) {
    Similarity known = KNOWN.get(model.name());
    if (known != null) {
      return known;
    }
    double scale = model.verification() / FACENET_VERIFICATION;
    return new Similarity(FACENET.middle * scale, FACENET.slope / scale);
  }

  /** With five digits, as CompreFace gives it. */
  double at(double distance) {
    return Math.round((Math.tanh((middle - distance) * slope) + 1) / 2 * DIGITS) / DIGITS;
  }
}
