package org.facestream.deploy.stage;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.RecognizerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of thresholds for cameras that are not registered, which are probably typing errors. The
 * recognizer does not know the cameras; a camera may be added later.
 */
public final class CameraThresholds {
  private static final Logger log = LoggerFactory.getLogger(CameraThresholds.class);

  private CameraThresholds() {}

  /**
   * Warns of such cameras in {@code recognizer.camera-thresholds}, once, as those are read when a
   * recognizer starts. Asks the broker only when there are thresholds.
   */
  public static void warn(Settings settings, KafkaClients clients) {
    List<String> thresholds =
        settings.get(RecognizerConfig.class).cameraThresholds().orElse(List.of());
    if (thresholds.isEmpty()) {
      return;
    }
    Set<String> unknown =
        thresholds.stream()
            .map(each -> each.substring(0, each.lastIndexOf('=')).strip())
            .collect(Collectors.toCollection(TreeSet::new));
    try {
      new CameraRegistry(clients).list().stream().map(Camera::id).forEach(unknown::remove);
    } catch (UserError unreachable) {
      log.warn(
          "cannot check whether the cameras of recognizer.camera-thresholds are "
              + "registered: {}",
          unreachable.getMessage());
      return;
    }
    if (!unknown.isEmpty()) {
      log.warn(
          "recognizer.camera-thresholds contains cameras that are not registered: {}; "
              + "`facestream camera list` shows the registered ones",
          String.join(", ", unknown));
    }
  }
}
