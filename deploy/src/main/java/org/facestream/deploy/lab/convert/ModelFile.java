package org.facestream.deploy.lab.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.ingest.worker.config.UserError;

/** Writes a converted model. */
final class ModelFile {
  private ModelFile() {}

  /**
   * Writes a file whole.
   *
   * @param folder made if it is absent
   * @return the file
   * @throws UserError if the folder cannot be written
   */
  static Path write(Path folder, String name, byte[] model) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      return Files.write(file, model);
    } catch (IOException unwritable) {
      throw new UserError(
          "%s cannot be written (%s); give a folder that you can write to"
              .formatted(file, unwritable.getMessage()),
          unwritable);
    }
  }
}
