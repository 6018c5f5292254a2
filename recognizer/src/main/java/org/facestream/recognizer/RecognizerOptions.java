package org.facestream.recognizer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Watchlist;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.Thresholds;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.VisitorRules;

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
 * @param visitors when unknown tracks are linked; empty where they are not
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
    DecisionRules rules,
    Optional<VisitorRules> visitors) {
  /**
   * By model, the default of recognizer.visitor-threshold as a share of the model's threshold: the
   * highest that takes one person for another in at most 2 of 100 linked pairs.
   */
  private static final Map<String, Double> VISITOR_SHARES =
      Map.of("facenet", .75, "mobilefacenet", .8);

  private static final double VISITOR_SHARE = .667;

  /**
   * What a configuration comes to on this machine.
   *
   * @throws UserError for a model, device or watchlist that is not known
   */
  public static RecognizerOptions of(RecognizerConfig config) {
    DescriptorModel model = DescriptorModel.of(config.model());
    return new RecognizerOptions(
        model,
        Device.parse(config.device()).with(CudaOptions.of(config.cuda())),
        config.threads().orElse(Runtime.getRuntime().availableProcessors()),
        config.batch(),
        new Thresholds(
            config.threshold().orElse(model.threshold()),
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
        new DecisionRules(config.minFaces(), config.margin(), config.trackTimeout()),
        visitors(config, model));
  }

  private static Optional<VisitorRules> visitors(RecognizerConfig config, DescriptorModel model) {
    if (!config.visitors()) {
      return Optional.empty();
    }
    if (!config.keepDescriptors()) {
      throw new UserError(
          "recognizer.visitors compares the descriptors in matches: set"
              + " recognizer.keep-descriptors to true, or recognizer.visitors to false.");
    }
    return Optional.of(visitorRules(config, model));
  }

  /** When unknown tracks would be linked. */
  public static VisitorRules visitorRules(RecognizerConfig config, DescriptorModel model) {
    double share = VISITOR_SHARES.getOrDefault(model.name(), VISITOR_SHARE);
    double threshold =
        config.visitorThreshold().map(Float::doubleValue).orElse(share * model.threshold());
    return new VisitorRules(threshold, config.visitorMinQuality(), config.visitorRetention());
  }
}
