package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;

/**
 * Detection options of one camera. For a null value, the detector's configuration applies.
 *
 * @param minFaceSize the smallest face, in pixels of the published frame, 12 or more
 * @param scaleFactor from one level of the pyramid to the next, above 0 and below 0.99
 * @param maxScales the largest number of levels of the pyramid, 1 or more
 * @param scaleSteps explicit levels, each above 0 and at most 1
 * @param thresholds of P-Net, R-Net and O-Net, each 0 to 1
 * @param overlaps above which the weaker of two boxes is removed: within a level, between levels,
 *     after R-Net, after O-Net; each 0 to 1
 * @param maxCandidates the largest number of candidates for R-Net, 1 or more
 * @param maxFaces the largest number of faces, 1 or more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
  "minFaceSize",
  "scaleFactor",
  "maxScales",
  "scaleSteps",
  "thresholds",
  "overlaps",
  "maxCandidates",
  "maxFaces"
})
@RecordBuilder
public record FaceSearch(
    Integer minFaceSize,
    Double scaleFactor,
    Integer maxScales,
    List<Double> scaleSteps,
    List<Double> thresholds,
    List<Double> overlaps,
    Integer maxCandidates,
    Integer maxFaces)
    implements FaceSearchBuilder.With {
  private static final int MOST_STEPS = 64;

  /** Nothing differs. */
  public static final FaceSearch AS_CONFIGURED = FaceSearchBuilder.builder().build();

  /**
   * Checks every value.
   *
   * @throws UserError with the value and its range
   */
  public FaceSearch {
    check(minFaceSize == null || minFaceSize >= 12, "min-face-size", "12 or more pixels");
    check(
        scaleFactor == null || (scaleFactor > 0 && scaleFactor < 0.99),
        "scale-factor",
        "above 0 and below 0.99");
    check(maxScales == null || maxScales >= 1, "max-scales", "1 or more");
    scaleSteps = copy(scaleSteps);
    check(
        scaleSteps == null
            || (!scaleSteps.isEmpty()
                && scaleSteps.size() <= MOST_STEPS
                && scaleSteps.stream().allMatch(step -> step > 0 && step <= 1)),
        "scale-steps",
        "1 to 64 numbers above 0 and at most 1");
    thresholds = copy(thresholds);
    check(fractions(thresholds, 3), "thresholds", "three numbers of 0 to 1");
    overlaps = copy(overlaps);
    check(fractions(overlaps, 4), "overlaps", "four numbers of 0 to 1");
    check(maxCandidates == null || maxCandidates >= 1, "max-candidates", "1 or more");
    check(maxFaces == null || maxFaces >= 1, "max-faces", "1 or more");
  }

  private static boolean fractions(List<Double> values, int count) {
    return values == null
        || (values.size() == count && values.stream().allMatch(value -> value >= 0 && value <= 1));
  }

  private static List<Double> copy(List<Double> values) {
    return values == null ? null : List.copyOf(values);
  }

  private static void check(boolean holds, String key, String range) {
    if (!holds) {
      throw new UserError("%s of a camera's detection must be %s.".formatted(key, range));
    }
  }
}
