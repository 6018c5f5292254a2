package org.facestream.deploy.stage;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.DetectorConfig;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.http.ApiConfig;
import org.facestream.sink.store.StoreConfig;

/**
 * The sources of a command's settings.
 *
 * @param file a YAML file, or empty
 * @param environment environment variables
 * @param options dotted keys from the command line
 */
public record Configuration(
    Optional<Path> file, Map<String, String> environment, Map<String, String> options) {

  /** Every key that any stage has: one file serves them all. */
  public static final List<Class<?>> MAPPINGS =
      List.of(
          WorkerConfig.class,
          KafkaConfig.class,
          IngestConfig.class,
          DetectorConfig.class,
          RecognizerConfig.class,
          GalleryConfig.class,
          SinkConfig.class,
          StoreConfig.class,
          ApiConfig.class);

  /** The effective settings. */
  public Settings settings() {
    return settings(Map.of());
  }

  /**
   * The effective settings, with some values that win over all others.
   *
   * @param imposed dotted keys
   */
  public Settings settings(Map<String, String> imposed) {
    Map<String, String> all = new LinkedHashMap<>(options);
    all.putAll(imposed);
    Settings settings = Settings.load(MAPPINGS, file, environment, all);
    EveryTopic.checkSettings(settings.get(KafkaConfig.class));
    return settings;
  }
}
