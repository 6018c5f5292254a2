package org.facestream.detector.mtcnn;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * Options of MTCNN: one component per setting of {@code detector}.
 *
 * @param minFaceSize the smallest face, in pixels, 12 or more; cost grows with its inverse square
 * @param scaleFactor from one level of the pyramid to the next, in (0, 1)
 * @param maxScales the largest number of levels of the pyramid, the finest first, 1 or more
 * @param scaleSteps explicit levels as scales of the picture, each in (0, 1]; empty to derive them
 *     from {@code minFaceSize}, {@code scaleFactor} and {@code maxScales}
 * @param proposalThreshold the minimum probability of P-Net, 0 to 1
 * @param refinementThreshold the minimum probability of R-Net, 0 to 1
 * @param outputThreshold the minimum probability of O-Net, 0 to 1
 * @param overlaps the limits of overlap
 * @param maxCandidates the largest number of candidates of a picture for R-Net, best first; O-Net
 *     gets at most a quarter of it
 * @param maxFaces the largest number of faces of a picture, best first
 */
// One value for each setting of detector.* that it comes from.
@RecordBuilder
public record MtcnnOptions(
    int minFaceSize,
    double scaleFactor,
    int maxScales,
    List<Double> scaleSteps,
    float proposalThreshold,
    float refinementThreshold,
    float outputThreshold,
    Overlaps overlaps,
    int maxCandidates,
    int maxFaces)
    implements MtcnnOptionsBuilder.With {

  /** The input size of P-Net: no face can be smaller. */
  static final int CELL = 12;

  /** The shorter side of the last level: its padding makes room for faces larger than it. */
  private static final int LAST_LEVEL = 8;

  private static final int MOST_SCALES = 64;

  /** The levels and thresholds that MTCNN's authors use, for faces of 40 pixels and more. */
  public static final MtcnnOptions DEFAULT =
      MtcnnOptionsBuilder.builder()
          .minFaceSize(40)
          .scaleFactor(0.709)
          .maxScales(MOST_SCALES)
          .scaleSteps(List.of())
          .proposalThreshold(0.6f)
          .refinementThreshold(0.7f)
          .outputThreshold(0.7f)
          .overlaps(Overlaps.DEFAULT)
          .maxCandidates(4096)
          .maxFaces(256)
          .build();

  /**
   * The overlap above which the weaker of two boxes is dropped; intersection over union, except
   * {@code faces}: intersection over the smaller area.
   *
   * @param level between cells of one level of the pyramid
   * @param proposals between the boxes of all levels
   * @param refined between the boxes of R-Net
   * @param faces between the boxes of O-Net
   */
  public record Overlaps(float level, float proposals, float refined, float faces) {
    public static final Overlaps DEFAULT = new Overlaps(0.5f, 0.7f, 0.7f, 0.7f);
  }

  public MtcnnOptions {
    scaleSteps = List.copyOf(scaleSteps);
  }

  /** These options with other thresholds. */
  public MtcnnOptions withThresholds(float proposal, float refinement, float output) {
    return with()
        .proposalThreshold(proposal)
        .refinementThreshold(refinement)
        .outputThreshold(output)
        .build();
  }

  /**
   * The scales of the pyramid of a picture, finest first; none if it is too small. The last scales
   * are small enough for a face that is half as large again as the picture's shorter side.
   */
  List<Double> scales(int width, int height) {
    int shorter = Math.min(width, height);
    if (!scaleSteps.isEmpty()) {
      return scaleSteps.stream().filter(scale -> shorter * scale >= LAST_LEVEL).toList();
    }
    List<Double> scales = new ArrayList<>();
    double scale = (double) CELL / minFaceSize;
    int most = Math.min(maxScales, MOST_SCALES);
    while (shorter * scale >= LAST_LEVEL && scales.size() < most) {
      scales.add(scale);
      scale *= scaleFactor;
    }
    return scales;
  }
}
