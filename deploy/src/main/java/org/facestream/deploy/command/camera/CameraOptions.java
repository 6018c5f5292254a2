package org.facestream.deploy.command.camera;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.facestream.deploy.allinone.FilesFolder;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraFile;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Option;

/** Cameras on the command line. */
public final class CameraOptions {
  private static final String FILES = "ingest.files-folder";

  @Option(
      names = "--camera",
      paramLabel = "ID=URL",
      description = {
        "A camera: rtsp://, rtsps://, the path of a video file or a folder of pictures, or http://",
        "or https:// (Motion JPEG, of hosts in ingest.hosts). Repeatable; a known id replaces that",
        "camera."
      })
  private List<String> cameras = new ArrayList<>();

  @Option(names = "--cameras", paramLabel = "FILE", description = "A YAML file with cameras.")
  private Path file;

  @Option(
      names = "--as-fast-as-possible",
      description = {
        "Read files and folders once, as fast as their frames are processed, drop no frame, and",
        "end when all events are stored, unless there are live cameras too. Without it, files",
        "play at their own speed, again and again."
      })
  private boolean fast;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = {
        "With --as-fast-as-possible: when the recordings began, such as 2026-11-22T08:00:00, or with",
        "a zone 2026-11-22T08:00:00+01:00. Default: the file's creation_time, or when it was last",
        "changed."
      })
  private String start;

  /** Paths are made absolute where no folder is configured that they could be relative to. */
  public List<Camera> given(Configuration configuration) {
    boolean folder = filesFolder(configuration).isPresent();
    Map<String, Camera> given = new LinkedHashMap<>();
    if (file != null) {
      for (Camera camera : CameraFile.read(file)) {
        given.put(camera.id(), isFile(camera) && !folder ? absolute(camera) : camera);
      }
    }
    for (String option : cameras) {
      Camera camera = Camera.parse(option);
      if (isFile(camera)) {
        // A file plays like a camera, without end, except in a replay.
        camera = camera.withLoop(true);
        camera = folder && !Files.exists(Path.of(camera.url())) ? camera : absolute(camera);
      }
      Camera named = camera;
      given.merge(camera.id(), named, (inFile, same) -> named.withAreasOf(inFile));
    }
    return List.copyOf(given.values());
  }

  /** The same, with the masks and zones that cameras have which only the command line names. */
  public List<Camera> given(Configuration configuration, List<Camera> registered) {
    Set<String> inFile = new HashSet<>();
    if (file != null) {
      CameraFile.read(file).forEach(camera -> inFile.add(camera.id()));
    }
    return given(configuration).stream()
        .map(
            camera ->
                registered.stream()
                    .filter(known -> known.id().equals(camera.id()) && !inFile.contains(known.id()))
                    .findFirst()
                    .map(camera::withAreasOf)
                    .orElse(camera))
        .toList();
  }

  /**
   * Files that are named here, by the person who starts the process, are allowed as sources, and so
   * are those that were named to an earlier run on the same data folder. A replay is one from now
   * on.
   */
  public Configuration allowFiles(Configuration configuration, Path data) {
    Map<String, String> options = new LinkedHashMap<>(configuration.options());
    named(configuration, data).ifPresent(folder -> options.put(FILES, folder.toString()));
    if (fast) {
      options.put("ingest.as-fast-as-possible", "true");
      if (start != null) {
        options.put("ingest.recording-start", recordingStart().toString());
      }
    } else if (start != null) {
      throw new UserError(
          "--start is the beginning of a recording and needs --as-fast-as-possible: add "
              + "that option, or remove --start.");
    }
    return new Configuration(configuration.file(), configuration.environment(), options);
  }

  private Instant recordingStart() {
    Instant time;
    try {
      time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
                      start, OffsetDateTime::from, LocalDateTime::from)
                  instanceof OffsetDateTime zoned
              ? zoned.toInstant()
              : LocalDateTime.parse(start).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException malformed) {
      throw new UserError(
          ("--start '%s' is not a time: give one such as 2026-11-22T08:00:00, or with a " + "zone")
                  .formatted(start)
              + " 2026-11-22T08:00:00+01:00.",
          malformed);
    }
    if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.now())) {
      throw new UserError(
          ("--start '%s' cannot be the beginning of a recording: give a time after 1970 "
                  + "and not in the future.")
              .formatted(start));
    }
    return time;
  }

  /** Whether files and folders are read once. */
  public boolean fast() {
    return fast;
  }

  /** Has the next run on the data folder allow the same files. */
  public void rememberFiles(Configuration configuration, Path data) {
    named(configuration, data).ifPresent(folder -> FilesFolder.remember(data, folder));
  }

  /**
   * The folder that holds a file or folder.
   *
   * @throws UserError for the root of a file system
   */
  static Path folderOf(Path source) {
    Path folder = source.getParent();
    if (folder == null) {
      throw new UserError(
          source + " is the root of a file system; give the folder with the pictures.");
    }
    return folder;
  }

  /** The folder that holds every file that was named, now or earlier; a configured one wins. */
  private Optional<Path> named(Configuration configuration, Path data) {
    if (filesFolder(configuration).isPresent()) {
      return Optional.empty();
    }
    List<Path> folders = new ArrayList<>(FilesFolder.remembered(data).stream().toList());
    for (Camera camera : given(configuration)) {
      if (isFile(camera)) {
        Path path = Path.of(camera.url());
        if (!Files.exists(path)) {
          throw new UserError(
              "Camera '%s': there is no file %s; the address of a camera begins with rtsp:// or rtsps://."
                  .formatted(camera.id(), path));
        }
        folders.add(folderOf(path));
      }
    }
    if (folders.isEmpty()) {
      return Optional.empty();
    }
    Path common = folders.get(0);
    for (Path folder : folders) {
      while (!folder.startsWith(common)) {
        common = Objects.requireNonNull(common.getParent(), "the root holds every folder");
      }
    }
    return Optional.of(common);
  }

  /**
   * Refuses what ingest would refuse, before anything is started or registered, and warns of
   * passwords.
   */
  public static void check(List<Camera> cameras, Configuration configuration, PrintWriter err) {
    check(cameras, new SourceRules(configuration.settings().get(IngestConfig.class)), err);
  }

  /** The same by other rules. */
  public static void check(List<Camera> cameras, SourceRules rules, PrintWriter err) {
    cameras.forEach(rules::check);
    for (Camera camera : cameras) {
      if (camera.holdsPassword()) {
        err.printf(
            "Warning: a url of camera '%s' contains a password, which every user who reads "
                + "Kafka or its disk can read; write ${secret:NAME} or ${env:NAME} instead.%n",
            camera.id());
        err.flush();
      }
    }
  }

  private static Optional<Path> filesFolder(Configuration configuration) {
    return configuration.settings().get(IngestConfig.class).filesFolder();
  }

  private static boolean isFile(Camera camera) {
    return !camera.url().contains(":") || Files.exists(Path.of(camera.url()));
  }

  private static Camera absolute(Camera camera) {
    return camera.withUrl(Path.of(camera.url()).toAbsolutePath().normalize().toString());
  }
}
