package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.facestream.ingest.worker.config.Range;
import org.jspecify.annotations.Nullable;

/**
 * Detection options of one camera. For a null value, the detector's configuration applies.
 *
 * @param minFaceSize the smallest face, in pixels of the published frame
 * @param scaleFactor from one level of the pyramid to the next
 * @param maxScales the largest number of levels of the pyramid
 * @param scaleSteps explicit levels
 * @param thresholds of P-Net, R-Net and O-Net
 * @param overlaps above which the weaker of two boxes is removed: within a level, between levels,
 *     after R-Net, after O-Net
 * @param maxCandidates the largest number of candidates for R-Net
 * @param maxFaces the largest number of faces
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
    @Nullable Integer minFaceSize,
    @Nullable Double scaleFactor,
    @Nullable Integer maxScales,
    @Nullable List<Double> scaleSteps,
    @Nullable List<Double> thresholds,
    @Nullable List<Double> overlaps,
    @Nullable Integer maxCandidates,
    @Nullable Integer maxFaces)
    implements FaceSearchBuilder.With {
  /** The {@link Range} of the smallest face, in pixels: P-Net sees 12. */
  public static final String FACE_SIZE = "12 or more";

  public static final String SCALE_FACTOR = "above 0, below 0.99";
  public static final String SCALE_STEPS = "1 to 64 numbers, each above 0, at most 1";
  public static final String THRESHOLDS = "3 numbers, each 0 to 1";
  public static final String OVERLAPS = "4 numbers, each 0 to 1";

  /** Of levels, candidates and faces. */
  public static final String COUNT = "1 or more";

  /** Nothing differs. */
  public static final FaceSearch AS_CONFIGURED = FaceSearchBuilder.builder().build();

  /**
   * Checks every value.
   *
   * @throws org.facestream.ingest.worker.config.UserError with the value and its range
   */
  public FaceSearch {
    scaleSteps = copy(scaleSteps);
    thresholds = copy(thresholds);
    overlaps = copy(overlaps);
    check("min-face-size", minFaceSize, FACE_SIZE);
    check("scale-factor", scaleFactor, SCALE_FACTOR);
    check("max-scales", maxScales, COUNT);
    check("scale-steps", scaleSteps, SCALE_STEPS);
    check("thresholds", thresholds, THRESHOLDS);
    check("overlaps", overlaps, OVERLAPS);
    check("max-candidates", maxCandidates, COUNT);
    check("max-faces", maxFaces, COUNT);
  }

  private static @Nullable List<Double> copy(@Nullable List<Double> values) {
    return values == null ? null : List.copyOf(values);
  }

  private static void check(String key, @Nullable Object value, String range) {
    Range.check(key + " of a camera's detection", value, range);
  }
}
