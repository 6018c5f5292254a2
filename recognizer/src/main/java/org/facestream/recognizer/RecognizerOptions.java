package org.facestream.recognizer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Watchlist;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.Thresholds;
import org.facestream.recognizer.identity.DecisionRules;

/**
 * The recognizer's checked configuration: one component per setting.
 *
 * @param model with a valid definition
 * @param device wanted
 * @param threads of one run on the CPU
 * @param batch most faces at a time
 * @param thresholds the configured ones; the general one defaults to the model's
 * @param reduction from references to persons
 * @param minScore least probability of a face
 * @param maxAge of a face
 * @param keepDescriptors whether matches hold them
 * @param rules of the decision per track
 */
// One value for each key or group of keys of recognizer.*, and made in one place.
public record RecognizerOptions(
    DescriptorModel model,
    Device device,
    int threads,
    int batch,
    Thresholds thresholds,
    Reduction reduction,
    float minScore,
    Duration maxAge,
    boolean keepDescriptors,
    DecisionRules rules) {

  /**
   * Checks a configuration.
   *
   * @throws UserError for a value out of its range, or a model that is not known
   */
  public static RecognizerOptions of(RecognizerConfig config) {
    require(config.batch() >= 1 && config.batch() <= 1024, "batch", "1 to 1024");
    config.threads().ifPresent(threads -> require(threads >= 1, "threads", "1 or more"));
    Optional<Float> threshold = config.threshold();
    threshold.ifPresent(value -> require(Thresholds.inRange(value), "threshold", Thresholds.RANGE));
    require(config.nearest() >= 1 && config.nearest() <= 16, "nearest", "1 to 16");
    require(config.minFaces() >= 1 && config.minFaces() <= 100, "min-faces", "1 to 100");
    require(config.margin() >= 0 && config.margin() <= 1, "margin", "0 to 1");
    require(config.minScore() >= 0 && config.minScore() <= 1, "min-score", "0 to 1");
    require(
        config.trackTimeout().compareTo(Duration.ofMillis(100)) >= 0
            && config.trackTimeout().compareTo(Duration.ofHours(1)) <= 0,
        "track-timeout",
        "100ms to 1h");
    require(config.maxAge().compareTo(Duration.ZERO) > 0, "max-age", "more than nothing");
    DescriptorModel model = DescriptorModel.of(config.model());
    return new RecognizerOptions(
        model,
        Device.parse(config.device()).with(CudaOptions.of(config.cuda())),
        config.threads().orElse(Runtime.getRuntime().availableProcessors()),
        config.batch(),
        new Thresholds(
            threshold.orElse(model.threshold()),
            Thresholds.parse(
                "recognizer.camera-thresholds",
                config.cameraThresholds().orElse(List.of()),
                camera -> camera),
            Thresholds.parse(
                "recognizer.watchlist-thresholds",
                config.watchlistThresholds().orElse(List.of()),
                Watchlist::check)),
        config.distance().reduction(config.nearest()),
        config.minScore(),
        config.maxAge(),
        config.keepDescriptors(),
        new DecisionRules(config.minFaces(), config.margin(), config.trackTimeout()));
  }

  private static void require(boolean kept, String key, String range) {
    if (!kept) {
      throw new UserError("recognizer." + key + " must be " + range + ".");
    }
  }
}
