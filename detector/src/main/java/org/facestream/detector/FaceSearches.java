package org.facestream.detector;

import static java.util.Objects.requireNonNullElse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.mtcnn.MtcnnOptionsBuilder;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * The detection options of each camera: the configuration, overridden by the cameras topic. One
 * thread at a time uses it.
 */
final class FaceSearches {
  private final Search configured;
  private final float weakScore;
  private final Map<String, Search> searches = new HashMap<>();

  /**
   * Detection options.
   *
   * @param mtcnn also returns weak detections below {@code goodScore}
   * @param goodScore from which a detection is a face
   */
  record Search(MtcnnOptions mtcnn, float goodScore) {

    /** These options, overridden by those of a camera. */
    Search with(FaceSearch camera, float weakScore) {
      List<Double> thresholds = camera.thresholds();
      List<Double> overlaps = camera.overlaps();
      float good = thresholds == null ? goodScore : thresholds.get(2).floatValue();
      return new Search(
          MtcnnOptionsBuilder.builder()
              .minFaceSize(requireNonNullElse(camera.minFaceSize(), mtcnn.minFaceSize()))
              .scaleFactor(requireNonNullElse(camera.scaleFactor(), mtcnn.scaleFactor()))
              .maxScales(requireNonNullElse(camera.maxScales(), mtcnn.maxScales()))
              .scaleSteps(requireNonNullElse(camera.scaleSteps(), mtcnn.scaleSteps()))
              .proposalThreshold(
                  thresholds == null ? mtcnn.proposalThreshold() : thresholds.get(0).floatValue())
              .refinementThreshold(
                  thresholds == null ? mtcnn.refinementThreshold() : thresholds.get(1).floatValue())
              .outputThreshold(Math.min(good, weakScore))
              .overlaps(overlaps == null ? mtcnn.overlaps() : overlaps(overlaps))
              .maxCandidates(requireNonNullElse(camera.maxCandidates(), mtcnn.maxCandidates()))
              .maxFaces(requireNonNullElse(camera.maxFaces(), mtcnn.maxFaces()))
              .build(),
          good);
    }

    private static MtcnnOptions.Overlaps overlaps(List<Double> four) {
      return new MtcnnOptions.Overlaps(
          four.get(0).floatValue(),
          four.get(1).floatValue(),
          four.get(2).floatValue(),
          four.get(3).floatValue());
    }
  }

  /**
   * @param configured for cameras without options
   * @param weakScore minimum score for continuing tracks, see {@link Search#mtcnn}
   */
  FaceSearches(Search configured, float weakScore) {
    this.configured = configured;
    this.weakScore = weakScore;
  }

  /** The detection options of a camera. */
  Search of(String camera) {
    return searches.getOrDefault(camera, configured);
  }

  /**
   * Applies the settings of a camera.
   *
   * @param camera null when it was removed
   * @throws UserError for a value out of its range; the camera's search stays as it was
   */
  void take(String id, @Nullable Camera camera) {
    FaceSearch detection = camera == null ? null : camera.detection();
    if (detection == null) {
      searches.remove(id);
    } else {
      searches.put(id, configured.with(detection, weakScore));
    }
  }
}
