package org.facestream.deploy.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.Configuration;
import org.facestream.ingest.IngestConfig;
import org.facestream.ingest.camera.Camera;
import org.facestream.ingest.camera.CameraFile;
import org.facestream.ingest.camera.SourceRules;
import picocli.CommandLine.Option;

/** Cameras on the command line. */
final class CameraOptions {
  private static final String FILES = "ingest.files-folder";

  @Option(
      names = "--camera",
      paramLabel = "ID=URL",
      description = {
        "A camera: rtsp://, rtsps:// or the path of a video file.",
        "Repeatable; one with a known id replaces it."
      })
  private List<String> cameras = new ArrayList<>();

  @Option(names = "--cameras", paramLabel = "FILE", description = "A YAML file with cameras.")
  private Path file;

  List<Camera> given() {
    Map<String, Camera> given = new LinkedHashMap<>();
    if (file != null) {
      CameraFile.read(file).forEach(camera -> given.put(camera.id(), camera));
    }
    for (String option : cameras) {
      Camera camera = Camera.parse(option);
      // Whoever names a file wants to see it as a camera, which does not end.
      given.put(camera.id(), isFile(camera) ? absolute(camera).withLoop(true) : camera);
    }
    return List.copyOf(given.values());
  }

  /** Files that are named here, by the person who starts the process, are allowed as sources. */
  Configuration allowFiles(Configuration configuration) {
    List<Path> folders =
        given().stream()
            .filter(CameraOptions::isFile)
            .map(camera -> Path.of(camera.url()).toAbsolutePath().normalize().getParent())
            .toList();
    if (folders.isEmpty()
        || configuration.settings().get(IngestConfig.class).filesFolder().isPresent()) {
      return configuration;
    }
    Path common = folders.get(0);
    for (Path folder : folders) {
      while (!folder.startsWith(common)) {
        common = common.getParent();
      }
    }
    Map<String, String> options = new LinkedHashMap<>(configuration.options());
    options.put(FILES, common.toString());
    return new Configuration(configuration.file(), configuration.environment(), options);
  }

  /** Refuses what ingest would refuse, before anything is started. */
  void check(List<Camera> given, Configuration configuration) {
    SourceRules rules = new SourceRules(configuration.settings().get(IngestConfig.class));
    given.forEach(rules::check);
  }

  private static boolean isFile(Camera camera) {
    return !camera.url().contains(":") || Files.exists(Path.of(camera.url()));
  }

  private static Camera absolute(Camera camera) {
    Camera there =
        Camera.of(camera.id(), Path.of(camera.url()).toAbsolutePath().normalize().toString());
    return there;
  }
}
