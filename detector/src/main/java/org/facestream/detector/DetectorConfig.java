package org.facestream.detector;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.mtcnn.MtcnnOptionsBuilder;
import org.facestream.detector.onnx.CudaConfig;
import org.facestream.detector.track.BestShotConfig;
import org.facestream.detector.track.CropConfig;
import org.facestream.detector.track.TrackConfig;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Frames to faces. */
@ConfigMapping(prefix = "detector")
public interface DetectorConfig {
  @Setting("Device of the networks: auto, cpu, cuda or cuda:INDEX.")
  @WithDefault("auto")
  String device();

  @Setting(
      "Number of frames examined in parallel on the CPU; by default, the number of "
          + "its threads.")
  @Allowed("1 or more")
  OptionalInt threads();

  @Setting("Threads that decode frames; by default, the number of threads of the machine.")
  @Allowed("1 to 256")
  OptionalInt decodeThreads();

  @Setting("Largest number of frames in a batch.")
  @Allowed("1 to 1024")
  @WithDefault("16")
  int batch();

  @Setting(
      "Time of one turn. When more frames wait, the newest frames of each camera are "
          + "taken in turn, and the others are dropped as overtaken. By default, a quarter of "
          + "detector.max-age.")
  @Allowed("above 0s, at most detector.max-age")
  Optional<Duration> turn();

  @Setting("Frames older than this are skipped, because late live video is useless.")
  @Allowed("4ms or more")
  @WithDefault("2s")
  Duration maxAge();

  @Setting("Smallest face to detect, in pixels; the cost grows with its inverse square.")
  @Allowed(FaceSearch.FACE_SIZE)
  @WithDefault("40")
  int minFaceSize();

  @Setting("Factor from one level of the pyramid to the next.")
  @Allowed(FaceSearch.SCALE_FACTOR)
  @WithDefault("0.709")
  double scaleFactor();

  @Setting("Largest number of levels of the pyramid, the finest first.")
  @Allowed(FaceSearch.COUNT)
  @WithDefault("64")
  int maxScales();

  @Setting(
      "Explicit levels of the pyramid as scales of the frame, instead of the derived " + "ones.")
  @Allowed(FaceSearch.SCALE_STEPS)
  Optional<List<Double>> scaleSteps();

  @Setting("Minimum probabilities of P-Net, R-Net and O-Net.")
  @Allowed(FaceSearch.THRESHOLDS)
  @WithDefault("0.6,0.7,0.7")
  List<Float> thresholds();

  @Setting(
      "Overlap above which the weaker of two boxes is dropped: within a level of the "
          + "pyramid, between levels, after R-Net (intersection over union), after O-Net "
          + "(over the smaller box).")
  @Allowed(FaceSearch.OVERLAPS)
  @WithDefault("0.5,0.7,0.7,0.7")
  List<Float> overlaps();

  @Setting("Largest number of candidates of a frame for R-Net, best first.")
  @Allowed(FaceSearch.COUNT)
  @WithDefault("4096")
  int maxCandidates();

  @Setting("Largest number of faces in a frame, best first.")
  @Allowed(FaceSearch.COUNT)
  @WithDefault("256")
  int maxFaces();

  CudaConfig cuda();

  TrackConfig track();

  BestShotConfig bestShots();

  CropConfig crop();

  /** How faces are searched for in one picture, by these settings. */
  static MtcnnOptions mtcnn(DetectorConfig config) {
    List<Float> thresholds = config.thresholds();
    List<Float> overlaps = config.overlaps();
    return MtcnnOptionsBuilder.builder()
        .minFaceSize(config.minFaceSize())
        .scaleFactor(config.scaleFactor())
        .maxScales(config.maxScales())
        .scaleSteps(config.scaleSteps().orElse(List.of()))
        .proposalThreshold(thresholds.get(0))
        .refinementThreshold(thresholds.get(1))
        .outputThreshold(thresholds.get(2))
        .overlaps(
            new MtcnnOptions.Overlaps(
                overlaps.get(0), overlaps.get(1), overlaps.get(2), overlaps.get(3)))
        .maxCandidates(config.maxCandidates())
        .maxFaces(config.maxFaces())
        .build();
  }
}
