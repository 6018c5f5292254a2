package org.facestream.recognizer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.facestream.detector.onnx.CudaConfig;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.Thresholds;

/** Faces to identity events. */
@ConfigMapping(prefix = "recognizer")
public interface RecognizerConfig {
  @Setting(
      "The descriptor network: a name that the program knows, or the path of a model's .json file.")
  @WithDefault("facenet")
  String model();

  @Setting("What the network runs on: auto, cpu, cuda or cuda:INDEX.")
  @WithDefault("auto")
  String device();

  CudaConfig cuda();

  @Setting(
      "Threads of one run of the network on the CPU; as many as the machine has when not given.")
  @Allowed("1 or more")
  OptionalInt threads();

  @Setting("Most faces that are handled together.")
  @Allowed("1 to 1024")
  @WithDefault("32")
  int batch();

  @Setting(
      "Distance under which a face counts as a person's; the model's own when not given. Lower"
          + " means fewer wrong names and more unknown.")
  @Allowed(Thresholds.RANGE)
  Optional<Float> threshold();

  @Setting(
      "Thresholds of single cameras, such as door=0.55,yard=0.65; the others have the general one.")
  Optional<List<String>> cameraThresholds();

  @Setting(
      "Thresholds of watchlists, such as wanted=0.7, on every camera: a higher one misses fewer of"
          + " those people and takes more others for them. Who is on none, or on one that is not"
          + " named here, has the camera's.")
  Optional<List<String>> watchlistThresholds();

  @Setting(
      "How the distances to a person's references become one: the minimum, the mean of the nearest"
          + " few, or the mean of all.")
  @WithDefault("minimum")
  Distance distance();

  @Setting("How many references count with recognizer.distance=nearest.")
  @Allowed("1 to 16")
  @WithDefault("3")
  int nearest();

  @Setting(
      "Faces that must speak for a person, unless one is very good. A face and its"
          + " close-up count as one.")
  @Allowed("1 to 100")
  @WithDefault("2")
  int minFaces();

  @Setting(
      "How much nearer than the second-best person a face must be to speak for a person, as a share"
          + " of the threshold.")
  @Allowed("0 to 1")
  @WithDefault("0.1")
  double margin();

  @Setting(
      "A track that gave no face for this long has ended; longer than the detector's"
          + " best-shots.every and track.max-gap together, or tracks end and are reopened.")
  @Allowed("100ms to 1h")
  @WithDefault("6s")
  Duration trackTimeout();

  @Setting("Faces with a lower probability are not described.")
  @Allowed("0 to 1")
  @WithDefault("0.9")
  float minScore();

  @Setting("Faces older than this are skipped.")
  @Allowed("above 0s")
  @WithDefault("10m")
  Duration maxAge();

  @Setting("Whether matches hold the faces' descriptors, which are personal data.")
  @WithDefault("true")
  boolean keepDescriptors();

  /** The ways to combine several distances. */
  enum Distance {
    MINIMUM,
    NEAREST,
    MEAN;

    /**
     * The reduction.
     *
     * @param nearest number of references that count, if not all
     */
    Reduction reduction(int nearest) {
      return switch (this) {
        case MINIMUM -> Reduction.MINIMUM;
        case NEAREST -> new Reduction(nearest);
        case MEAN -> Reduction.MEAN;
      };
    }
  }
}
