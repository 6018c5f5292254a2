package org.facestream.deploy.command.picture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.UserError;

/** A picture that a user names on the command line. */
public final class PictureFile {
  /** For descriptions. */
  public static final String KINDS = "JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF.";

  private static final long MOST_BYTES = 64L << 20;

  private PictureFile() {}

  /**
   * Reads it.
   *
   * @throws UserError that names it where it is missing or not usable
   */
  public static Picture read(Path path) {
    try {
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw new UserError(path + " is not a file.");
      }
      if (Files.size(path) > MOST_BYTES) {
        throw new UserError(path + " has more than 64 MB: give a smaller picture.");
      }
      return Picture.decodeStill(Files.readAllBytes(path));
    } catch (NoSuchFileException missing) {
      throw new UserError("There is no picture " + path + ".", missing);
    } catch (UnreadablePictureException unreadable) {
      throw new UserError(
          "%s is not a usable picture: %s.".formatted(path, unreadable.getMessage()), unreadable);
    } catch (IOException failed) {
      throw new UserError("Cannot read %s: %s.".formatted(path, UserError.reason(failed)), failed);
    }
  }
}
