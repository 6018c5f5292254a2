package org.facestream.detector;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
  @Setting("What the networks run on: auto, cpu, cuda or cuda:INDEX.")
  @WithDefault("auto")
  String device();

  @Setting(
      "Frames that are detected on side by side on the CPU; as many as it has threads when not given.")
  @Allowed("1 or more")
  OptionalInt threads();

  @Setting("Threads that decode frames; as many as the machine has when not given.")
  @Allowed("1 to 256")
  OptionalInt decodeThreads();

  @Setting("Most frames that are detected on together.")
  @Allowed("1 to 1024")
  @WithDefault("16")
  int batch();

  @Setting(
      "Work that is taken on at a time; of what waits beyond it, the newest frames of each camera are"
          + " taken in turn, the others dropped as overtaken. A quarter of detector.max-age when"
          + " not given.")
  @Allowed("above 0s, at most detector.max-age")
  Optional<Duration> turn();

  @Setting("Frames older than this are skipped: live video is worth nothing when it is late.")
  @Allowed("4ms or more")
  @WithDefault("2s")
  Duration maxAge();

  @Setting("Smallest face that is looked for, in pixels; cost grows with its inverse square.")
  @Allowed(FaceSearch.FACE_SIZE)
  @WithDefault("40")
  int minFaceSize();

  @Setting("From one level of the pyramid to the next.")
  @Allowed(FaceSearch.SCALE_FACTOR)
  @WithDefault("0.709")
  double scaleFactor();

  @Setting("Most levels of the pyramid, the finest first.")
  @Allowed(FaceSearch.COUNT)
  @WithDefault("64")
  int maxScales();

  @Setting("Explicit levels of the pyramid as scales of the frame, instead of those that follow.")
  @Allowed(FaceSearch.SCALE_STEPS)
  Optional<List<Double>> scaleSteps();

  @Setting("Least probabilities that P-Net, R-Net and O-Net must give.")
  @Allowed(FaceSearch.THRESHOLDS)
  @WithDefault("0.6,0.7,0.7")
  List<Float> thresholds();

  @Setting(
      "Overlap from which on the weaker of two boxes goes: within a level of the pyramid, between"
          + " levels, after R-Net (intersection over union), after O-Net (over the smaller box).")
  @Allowed(FaceSearch.OVERLAPS)
  @WithDefault("0.5,0.7,0.7,0.7")
  List<Float> overlaps();

  @Setting("Most candidates of a frame that R-Net sees, best first.")
  @Allowed(FaceSearch.COUNT)
  @WithDefault("4096")
  int maxCandidates();

  @Setting("Most faces of a frame, best first.")
  @Allowed(FaceSearch.COUNT)
  @WithDefault("256")
  int maxFaces();

  CudaConfig cuda();

  TrackConfig track();

  BestShotConfig bestShots();

  CropConfig crop();
}
