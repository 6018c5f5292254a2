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
  @Setting("The descriptor model: a built-in name, or the path of a model's .json file.")
  @WithDefault("facenet")
  String model();

  @Setting("Device of the network: auto, cpu, cuda or cuda:INDEX.")
  @WithDefault("auto")
  String device();

  CudaConfig cuda();

  @Setting(
      "Threads of one run of the network on the CPU; by default, the number of "
          + "threads of the machine.")
  @Allowed("1 or more")
  OptionalInt threads();

  @Setting("Largest number of faces in a batch.")
  @Allowed("1 to 1024")
  @WithDefault("32")
  int batch();

  @Setting(
      "Distance below which a face counts as a person's; by default, the model's own. "
          + "A lower value means fewer wrong names and more unknown people.")
  @Allowed(Thresholds.RANGE)
  Optional<Float> threshold();

  @Setting(
      "Thresholds of single cameras, such as door=0.55,yard=0.65; the others use the "
          + "general one.")
  Optional<List<String>> cameraThresholds();

  @Setting(
      "Thresholds of watchlists, such as wanted=0.7, on every camera: a higher value "
          + "misses fewer of those people but takes more others for them. For all other "
          + "people, the camera's threshold applies.")
  Optional<List<String>> watchlistThresholds();

  @Setting(
      "How the distances to a person's references become one: the minimum, the mean of the nearest"
          + " few, or the mean of all.")
  @WithDefault("minimum")
  Distance distance();

  @Setting("Number of references that count with recognizer.distance=nearest.")
  @Allowed("1 to 16")
  @WithDefault("3")
  int nearest();

  @Setting(
      "Number of faces that must support a person, unless one is very good. A face "
          + "and its close-up count as one.")
  @Allowed("1 to 100")
  @WithDefault("2")
  int minFaces();

  @Setting(
      "How much nearer than the second-best person a face must be to support a "
          + "person, as a share of the threshold.")
  @Allowed("0 to 1")
  @WithDefault("0.1")
  double margin();

  @Setting(
      "A track without a face for this long has ended. It must be longer than "
          + "detector.best-shots.every and detector.track.max-gap together; otherwise tracks "
          + "end and are reopened.")
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

  @Setting("Whether matches contain the faces' descriptors, which are personal data.")
  @WithDefault("true")
  boolean keepDescriptors();

  @Setting(
      "Whether unknown people are linked to each other as visitors, across cameras and days: "
          + "events then carry visitorId. An identifier of a person is biometric personal data, "
          + "also without a name. Needs recognizer.keep-descriptors.")
  @WithDefault("false")
  boolean visitors();

  @Setting(
      "Distance below which two unknown tracks are one visitor's; by default, a share of the "
          + "model's own threshold. A lower value means fewer people taken for one another, and "
          + "more people with several ids.")
  @Allowed(Thresholds.RANGE)
  Optional<Float> visitorThreshold();

  @Setting("Faces of lower quality say nothing of a visitor.")
  @Allowed("0 to 1")
  @WithDefault("0.3")
  float visitorMinQuality();

  @Setting("How long a look of a visitor is kept.")
  @Allowed("1m or more")
  @WithDefault("7d")
  Duration visitorRetention();

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
