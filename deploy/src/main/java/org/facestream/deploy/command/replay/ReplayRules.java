package org.facestream.deploy.command.replay;

import java.util.Map;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerOptions;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.match.Thresholds;
import org.jspecify.annotations.Nullable;

/**
 * By what stored sightings are decided about again.
 *
 * @param model that describes faces
 * @param thresholds of that model
 * @param configured everything else, as the recognizers have it
 */
record ReplayRules(DescriptorModel model, Thresholds thresholds, RecognizerOptions configured) {
  /**
   * As configured, but for what is given. The configured thresholds are those of the configured
   * model: another one has its own.
   *
   * @param model a name or the path of a definition, or null
   * @param threshold of every camera, or null
   */
  static ReplayRules of(
      RecognizerConfig config, @Nullable String model, @Nullable Float threshold) {
    RecognizerOptions configured = RecognizerOptions.of(config);
    DescriptorModel used = model == null ? configured.model() : DescriptorModel.of(model);
    if (!used.name().equals(configured.model().name())) {
      float own = threshold == null ? used.threshold() : threshold;
      return new ReplayRules(used, new Thresholds(own, Map.of(), Map.of()), configured);
    }
    Thresholds thresholds = configured.thresholds();
    return new ReplayRules(
        used,
        threshold == null
            ? thresholds
            : new Thresholds(threshold, Map.of(), thresholds.watchlists()),
        configured);
  }

  /** Whether the visitors' looks are of the model, too. */
  boolean ofConfiguredModel() {
    return model.name().equals(configured.model().name());
  }
}
