package org.facestream.deploy.command;

import java.nio.file.Path;
import java.util.List;
import org.facestream.ingest.camera.Camera;
import org.facestream.ingest.camera.CameraFile;
import org.facestream.ingest.camera.CameraRegistry;
import org.facestream.ingest.camera.FaceSearch;
import org.facestream.ingest.camera.MaskedUrl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "camera",
    header = "Add, remove or list cameras; running workers follow at once.",
    footer = {
      "",
      "Examples:",
      "  facestream camera add door rtsp://192.0.2.7/stream --fps 5",
      "  facestream camera apply cameras.yaml --prune",
      "  facestream camera list"
    },
    subcommands = {
      CameraCommand.Add.class,
      CameraCommand.Remove.class,
      CameraCommand.ListAll.class,
      CameraCommand.Apply.class
    })
final class CameraCommand extends Subcommand {
  @Override
  int execute() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do with cameras: add, remove, list or apply.");
  }

  @Command(name = "add", header = "Add a camera, or replace the one with that id.")
  static final class Add extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(index = "0", paramLabel = "ID", description = "1 to 64 letters, digits, - and _.")
    private String id;

    @Parameters(
        index = "1",
        paramLabel = "URL",
        description = "rtsp://, rtsps://, or a video file below ingest.files-folder.")
    private String url;

    @Option(names = "--fps", paramLabel = "N", description = "Frames per second to publish.")
    private Double fps;

    @Option(names = "--max-width", paramLabel = "PIXELS", description = "Scale wider pictures.")
    private Integer maxWidth;

    @Option(names = "--jpeg-quality", paramLabel = "1-100", description = "Of published frames.")
    private Integer jpegQuality;

    @Option(
        names = "--min-face",
        paramLabel = "PIXELS",
        description = "Smallest face looked for in its frames, 12 or more.")
    private Integer minFace;

    @Option(names = "--disabled", description = "Register it, but do not run it.")
    private boolean disabled;

    @Option(names = "--loop", description = "Begin a file again at its end.")
    private boolean loop;

    @Option(names = "--tag", paramLabel = "WORD", description = "A word of yours. Repeatable.")
    private List<String> tags = List.of();

    @Override
    int execute() {
      Camera camera =
          Camera.of(id, url)
              .withFps(fps)
              .withMaxWidth(maxWidth)
              .withJpegQuality(jpegQuality)
              .withEnabled(!disabled)
              .withLoop(loop)
              .withTags(tags)
              .withDetection(detection());
      CameraOptions.check(List.of(camera), kafka.sources(configuration()), err());
      try (KafkaOptions.Connection connection = kafka.connect(configuration())) {
        new CameraRegistry(connection.clients()).add(camera);
      }
      out().println("Camera '" + id + "' is registered.");
      return 0;
    }

    private FaceSearch detection() {
      return minFace == null ? null : FaceSearch.AS_CONFIGURED.withMinFaceSize(minFace);
    }
  }

  @Command(name = "remove", header = "Remove cameras.")
  static final class Remove extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The cameras' ids.")
    private List<String> ids;

    @Override
    int execute() {
      int missing = 0;
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        CameraRegistry registry = new CameraRegistry(connection.clients());
        for (String id : ids) {
          if (registry.remove(id)) {
            out().println("Camera '" + id + "' is removed.");
          } else {
            err().println("facestream: there is no camera '" + id + "'; `camera list` shows all.");
            missing++;
          }
        }
      }
      return missing == 0 ? 0 : Complaints.USER_ERROR;
    }
  }

  @Command(name = "list", header = "List the registered cameras; passwords are masked.")
  static final class ListAll extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Override
    int execute() {
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        List<Camera> cameras = new CameraRegistry(connection.clients()).list();
        for (Camera camera : cameras) {
          out()
              .printf(
                  "%-16s  %-8s  %s%s%n",
                  camera.id(),
                  camera.enabled() ? "enabled" : "disabled",
                  MaskedUrl.of(camera.url()),
                  camera.tags().isEmpty() ? "" : "  " + camera.tags());
        }
        if (cameras.isEmpty()) {
          err().println("There is no camera yet: `facestream camera add ID URL`.");
        }
      }
      return 0;
    }
  }

  @Command(name = "apply", header = "Make the registry hold the cameras of a YAML file.")
  static final class Apply extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(index = "0", paramLabel = "FILE", description = "A YAML file with cameras.")
    private Path file;

    @Option(names = "--prune", description = "Remove cameras that the file does not name.")
    private boolean prune;

    @Override
    int execute() {
      List<Camera> cameras = CameraFile.read(file);
      CameraOptions.check(cameras, kafka.sources(configuration()), err());
      try (KafkaOptions.Connection connection = kafka.connect(configuration())) {
        CameraRegistry.Applied applied =
            new CameraRegistry(connection.clients()).apply(cameras, prune);
        out()
            .printf(
                "%d added, %d changed, %d removed, %d unchanged.%n",
                applied.added().size(),
                applied.changed().size(),
                applied.removed().size(),
                applied.unchanged().size());
      }
      return 0;
    }
  }
}
