package org.facestream.deploy.command.camera;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.DecoderChoice;
import org.facestream.ingest.registry.FaceSearch;
import org.facestream.ingest.registry.Transport;
import org.facestream.ingest.source.address.SourceRules;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "camera",
    header =
        "Add, change, remove, list or test cameras; running workers apply changes at " + "once.",
    footer = {
      "",
      "Examples:",
      "  facestream camera add door rtsp://192.0.2.7/stream --fps 5",
      "  facestream camera test rtsp://192.0.2.7/stream --save door.jpg",
      "  facestream camera apply -f cameras.yaml --prune",
      "  facestream camera list"
    },
    subcommands = {
      CameraCommand.Add.class,
      CameraCommand.Remove.class,
      CameraCommand.Enable.class,
      CameraCommand.Disable.class,
      CameraListCommand.class,
      CameraTestCommand.class,
      CameraApplyCommand.class
    })
public final class CameraCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(),
        "Give a command for cameras: add, remove, enable, disable, list, test or apply.");
  }

  @Command(
      name = "add",
      header = "Add a camera, or change the one with that id.",
      description = {
        "",
        "Values that you do not give stay as they are, including masks, zones and the motion gate. A",
        "disabled camera stays disabled: `camera enable` runs it again. `camera apply` can change",
        "everything."
      })
  static final class Add extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(index = "0", paramLabel = "ID", description = "1 to 64 letters, digits, - and _.")
    private String id;

    @Parameters(
        index = "1",
        paramLabel = "URL",
        description =
            "rtsp://, rtsps://, http:// or https:// (Motion JPEG, of hosts in ingest.hosts), or a file"
                + " or folder below ingest.files-folder.")
    private String url;

    @Option(
        names = "--close-up",
        paramLabel = "URL",
        description = {
          "rtsp:// or rtsps:// of its larger stream: faces that are found in the",
          "small stream are cropped from this one."
        })
    private String closeUp;

    @Option(
        names = "--rotate",
        paramLabel = "0|90|180|270",
        description = {
          "Turn its pictures clockwise, for a camera that is mounted on its side or",
          "upside down; its masks and zones are turned too."
        })
    private Integer rotate;

    @Option(names = "--fps", paramLabel = "N", description = "Frames per second to publish.")
    private Double fps;

    @Option(names = "--max-width", paramLabel = "PIXELS", description = "Scale wider pictures.")
    private Integer maxWidth;

    @Option(
        names = "--jpeg-quality",
        paramLabel = "1-100",
        description = "JPEG quality of published frames.")
    private Integer jpegQuality;

    @Option(
        names = "--min-face",
        paramLabel = "PIXELS",
        description = "Smallest face looked for in its frames, 12 or more.")
    private Integer minFace;

    @Option(
        names = "--transport",
        paramLabel = "tcp|udp",
        description = "Transport of the video of an RTSP camera. Default: tcp")
    private Transport transport;

    @Option(
        names = "--decoder",
        paramLabel = "auto|none|cuda|vaapi",
        description = "What decodes the video; none is the CPU.")
    private DecoderChoice decoder;

    @Option(names = "--disabled", description = "Register it, but do not run it.")
    private boolean disabled;

    @Option(names = "--loop", description = "Restart a file at its end.")
    private boolean loop;

    @Option(
        names = "--tag",
        paramLabel = "WORD",
        description = "A word of your choice. Repeatable; replaces the camera's tags.")
    private List<String> tags;

    @Override
    protected int execute() {
      SourceRules rules = kafka.sources(configuration());
      CameraOptions.check(List.of(given(Camera.of(id, url))), rules, err());
      String line;
      try (KafkaOptions.Connection connection = kafka.connect(configuration())) {
        CameraRegistry registry = new CameraRegistry(connection.clients());
        Optional<Camera> before = registry.find(id);
        Camera camera =
            given(before.map(was -> was.withUrl(url)).orElseGet(() -> Camera.of(id, url)));
        // What was kept may not suit the new address.
        rules.check(camera);
        registry.add(camera);
        line = registered(camera, before);
      }
      out().println(line);
      return 0;
    }

    private static String registered(Camera camera, Optional<Camera> before) {
      StringBuilder line = new StringBuilder("Camera '" + camera.id() + "' is registered");
      boolean turned =
          before.filter(was -> !Objects.equals(was.rotate(), camera.rotate())).isPresent();
      if (turned && camera.hasAreas()) {
        line.append("; its masks and zones are turned with its pictures: check them with `camera");
        line.append(" test ").append(camera.id()).append(" --save FILE.jpg`");
      } else if (before.isPresent() && !camera.masks().isEmpty()) {
        line.append("; its privacy masks are kept");
      }
      if (!camera.enabled()) {
        line.append("; it is disabled, `camera enable ").append(camera.id()).append("` runs it");
      }
      return line.append('.').toString();
    }

    /** With what was given; everything else as it was. */
    private Camera given(Camera camera) {
      return camera
          .withCloseUpUrl(closeUp == null ? camera.closeUpUrl() : closeUp)
          .turnedTo(rotate == null ? camera.rotate() : rotate)
          .withFps(fps == null ? camera.fps() : fps)
          .withMaxWidth(maxWidth == null ? camera.maxWidth() : maxWidth)
          .withJpegQuality(jpegQuality == null ? camera.jpegQuality() : jpegQuality)
          .withEnabled(camera.enabled() && !disabled)
          .withLoop(camera.loop() || loop)
          .withTags(tags == null ? camera.tags() : tags)
          .withDetection(detection(camera.detection()))
          .withTransport(transport == null ? camera.transport() : transport)
          .withDecoder(decoder == null ? camera.decoder() : decoder);
    }

    private @Nullable FaceSearch detection(@Nullable FaceSearch before) {
      if (minFace == null) {
        return before;
      }
      return Optional.ofNullable(before).orElse(FaceSearch.AS_CONFIGURED).withMinFaceSize(minFace);
    }
  }

  @Command(name = "remove", header = "Remove cameras.")
  static final class Remove extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The cameras' ids.")
    private List<String> ids;

    @Override
    protected int execute() {
      int missing = 0;
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        CameraRegistry registry = new CameraRegistry(connection.clients());
        for (String id : ids) {
          if (registry.remove(id)) {
            out().println("Camera '" + id + "' is removed.");
          } else {
            complainOfNone(id, err());
            missing++;
          }
        }
      }
      return missing == 0 ? 0 : Complaints.USER_ERROR;
    }
  }

  /** What enabling and disabling have in common. */
  abstract static class Switch extends Subcommand {
    @Mixin private KafkaOptions kafka;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The cameras' ids.")
    private List<String> ids;

    private final boolean enabled;

    Switch(boolean enabled) {
      this.enabled = enabled;
    }

    @Override
    protected int execute() {
      int missing = 0;
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
        CameraRegistry registry = new CameraRegistry(connection.clients());
        for (String id : ids) {
          Optional<Camera> camera = registry.find(id);
          if (camera.isEmpty()) {
            complainOfNone(id, err());
            missing++;
            continue;
          }
          if (camera.get().enabled() != enabled) {
            registry.add(camera.get().withEnabled(enabled));
          }
          out().println("Camera '" + id + "' is " + (enabled ? "enabled." : "disabled."));
        }
      }
      return missing == 0 ? 0 : Complaints.USER_ERROR;
    }
  }

  @Command(name = "enable", header = "Run cameras that were disabled.")
  static final class Enable extends Switch {
    Enable() {
      super(true);
    }
  }

  @Command(name = "disable", header = "Stop cameras, but keep them registered.")
  static final class Disable extends Switch {
    Disable() {
      super(false);
    }
  }

  static void complainOfNone(String id, PrintWriter err) {
    err.println("facestream: there is no camera '" + id + "'; `camera list` shows all.");
  }
}
