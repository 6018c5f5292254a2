package org.facestream.deploy.allinone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;

/**
 * The folder of the video files that were given to {@code run --camera}, kept in the data folder:
 * the cameras are remembered there, so what allows them must be too.
 */
public final class FilesFolder {
  private static final String FILE = "files-folder";

  private FilesFolder() {}

  /** What is remembered in a data folder. */
  public static Optional<Path> remembered(Path data) {
    Path file = data.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file).strip())
          .filter(text -> !text.isEmpty())
          .map(Path::of);
    } catch (IOException unreadable) {
      throw UserError.unreadable(file, unreadable);
    }
  }

  /** Remembers it in place of what was. */
  public static void remember(Path data, Path folder) {
    Path file = data.resolve(FILE);
    try {
      Files.writeString(file, folder + System.lineSeparator());
    } catch (IOException unwritable) {
      throw new UserError(
          "Cannot write %s (%s).".formatted(file, unwritable.getMessage()), unwritable);
    }
  }
}
