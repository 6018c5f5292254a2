package org.facestream.deploy.command.camera;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.OwnerOnly;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.source.CameraTrial;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "test",
    header = "Read a camera for a moment, as ingest would, and show its video.",
    description = {
      "",
      "The command resolves the camera's secrets itself, from its environment and",
      "ingest.secrets-folder. A URL needs no Kafka. The exit code is 1 when no",
      "picture came."
    })
final class CameraTestCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(
      index = "0",
      paramLabel = "ID|URL",
      description = "A registered camera, a URL, or a video file or folder (./NAME).")
  private String target;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = {
        "Save the first picture as ingest would publish it, as a .jpg that",
        "only you can read; an existing file is not replaced."
      })
  private Path save;

  @Option(
      names = "--rotate",
      paramLabel = "0|90|180|270",
      description = "Turn the pictures clockwise, instead of the registered value.")
  private Integer rotate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long to read, 1 to 60. Default: 3")
  private int seconds = 3;

  @Override
  protected int execute() {
    if (seconds < 1 || seconds > 60) {
      throw new UserError("--seconds must be 1 to 60.");
    }
    checkTarget();
    Configuration configuration = configuration();
    SourceRules rules;
    Camera camera;
    // An id has neither '/' nor '.': a file that happens to be named like it does not hide a
    // camera.
    if (Camera.validId(target)) {
      rules = kafka.sources(configuration);
      try (KafkaOptions.Connection connection = kafka.connectExisting(configuration)) {
        camera =
            new CameraRegistry(connection.clients())
                .find(target)
                .orElseThrow(
                    () ->
                        new UserError(
                            ("There is no camera '%s'; `camera list` shows all. A file or folder of"
                                    + " that name is ./%s.")
                                .formatted(target, target)));
      }
    } else {
      camera = Camera.of("test", target);
      // The user of this command can read the file anyway.
      if (!target.contains(":") && Files.exists(Path.of(target))) {
        if (!Files.isReadable(Path.of(target))) {
          throw new UserError("Cannot read " + target + ": permission denied.");
        }
        Path file = Path.of(target).toAbsolutePath().normalize();
        camera = camera.withUrl(file.toString());
        configuration = allowing(configuration, CameraOptions.folderOf(file));
      }
      boolean anywhere = configuration.settings().get(IngestConfig.class).filesFolder().isEmpty();
      if (anywhere && !target.contains(":") && !Files.exists(Path.of(target))) {
        throw new UserError(
            "There is no file or folder %s; a camera's address begins with rtsp:// or rtsps://."
                .formatted(target));
      }
      rules = new SourceRules(configuration.settings().get(IngestConfig.class));
    }
    if (rotate != null) {
      camera = camera.turnedTo(rotate);
    }
    rules.check(camera);
    IngestConfig config = configuration.settings().get(IngestConfig.class);
    String address = camera.url();
    try {
      show(camera, CameraTrial.run(camera, config, rules, Duration.ofSeconds(seconds)));
      if (camera.closeUpUrl() != null) {
        address = camera.closeUpUrl();
        Camera larger = camera.withUrl(address).withCloseUpUrl(null);
        showCloseUps(larger, CameraTrial.run(larger, config, rules, Duration.ofSeconds(seconds)));
      }
      return 0;
    } catch (SourceException failed) {
      err()
          .printf(
              "facestream: no picture from %s: %s.%n", MaskedUrl.of(address), failed.getMessage());
      return Complaints.FAILURE;
    }
  }

  private static Configuration allowing(Configuration configuration, Path folder) {
    Map<String, String> options = new LinkedHashMap<>(configuration.options());
    options.put("ingest.files-folder", folder.toString());
    return new Configuration(configuration.file(), configuration.environment(), options);
  }

  private void checkTarget() {
    if (save == null) {
      return;
    }
    String name = save.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".jpg") && !name.endsWith(".jpeg")) {
      throw new UserError("--save writes a .jpg, not " + save + ".");
    }
    if (Files.exists(save)) {
      throw new UserError("There is a file " + save + " already; give --save another name.");
    }
    Path folder = Objects.requireNonNull(save.toAbsolutePath().getParent(), "a file is in one");
    if (!Files.isDirectory(folder)) {
      throw new UserError("There is no folder " + folder + " to save a picture in.");
    }
  }

  private void show(Camera camera, CameraTrial.Result result) {
    line("address", "%s", MaskedUrl.of(camera.url()));
    line("codec", "%s", result.video().codec());
    line("size", "%d x %d", result.video().width(), result.video().height());
    if (result.video().fps() > 0) {
      line(
          "rate",
          "%.1f fps, %.2f Mbit/s",
          result.video().fps(),
          result.video().bitsPerSecond() / 1e6);
    }
    line("connected", "after %.2f s", result.connected().toNanos() / 1e9);
    line("first frame", "after %.2f s", result.firstPicture().toNanos() / 1e9);
    line("pictures", "%d, %d damaged", result.pictures(), result.damaged());
    if (save != null) {
      try {
        OwnerOnly.write(save, result.frame().jpeg());
      } catch (IOException failed) {
        throw new UserError(
            "Cannot write %s: %s.".formatted(save, UserError.reason(failed)), failed);
      }
      line("saved", "%s, %d x %d", save, result.frame().width(), result.frame().height());
    }
  }

  private void showCloseUps(Camera camera, CameraTrial.Result result) {
    line("close-ups", "%s", MaskedUrl.of(camera.url()));
    line(
        "", "%s, %d x %d", result.video().codec(), result.video().width(), result.video().height());
    if (result.video().fps() > 0) {
      line("", "%.1f fps, %.2f Mbit/s", result.video().fps(), result.video().bitsPerSecond() / 1e6);
    }
  }

  private void line(String what, String format, Object... values) {
    out().printf(Locale.ROOT, "%-12s %s%n", what, String.format(Locale.ROOT, format, values));
  }
}
