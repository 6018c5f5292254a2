package org.facestream.deploy.command.camera;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraFile;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(name = "apply", header = "Register the cameras of a YAML file.")
final class CameraApplyCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A YAML file with cameras.")
  private Path file;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "The same.")
  private Path option;

  @Option(
      names = "--prune",
      description = "Remove cameras that are not in the file; otherwise they stay.")
  private boolean prune;

  @Option(
      names = "--allow-empty",
      description = "Allow --prune to remove every camera when the file has none.")
  private boolean allowEmpty;

  @Override
  protected int execute() {
    if ((file == null) == (option == null)) {
      throw new ParameterException(spec.commandLine(), "Give one file with cameras: -f FILE.");
    }
    Path given = file == null ? option : file;
    List<Camera> cameras = CameraFile.read(given);
    if (prune && cameras.isEmpty() && !allowEmpty) {
      throw new UserError(
          given
              + " has no camera, and --prune would remove every camera; add --allow-empty if "
              + "you want that.");
    }
    CameraOptions.check(cameras, kafka.sources(configuration()), err());
    try (KafkaOptions.Connection connection = kafka.connect(configuration())) {
      CameraRegistry.Applied applied =
          new CameraRegistry(connection.clients()).apply(cameras, prune);
      out()
          .printf(
              Locale.ROOT,
              "%d added, %d changed, %d removed, %d unchanged.%n",
              applied.added().size(),
              applied.changed().size(),
              applied.removed().size(),
              applied.unchanged().size());
      if (!applied.removed().isEmpty()) {
        out().println("Removed: " + String.join(", ", applied.removed()) + ".");
      }
    }
    return 0;
  }
}
