package org.facestream.recognizer.gallery.enrol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a picture's file, and never more than a picture may have. */
final class PictureBytes {
  private static final int MOST = 64 << 20;

  private PictureBytes() {}

  /**
   * The file's bytes.
   *
   * @throws RefusedException with reason {@code missing}, {@code unreadable}, {@code not-a-file},
   *     {@code empty} or {@code too-large}
   */
  static byte[] read(Path file) throws RefusedException {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        // A device or a pipe may never end.
        throw new RefusedException("not-a-file", "it is not a file");
      }
      if (Files.size(file) > MOST) {
        throw tooLarge();
      }
      try (InputStream stream = Files.newInputStream(file)) {
        byte[] bytes = stream.readNBytes(MOST + 1);
        if (bytes.length > MOST) {
          throw tooLarge();
        }
        if (bytes.length == 0) {
          throw new RefusedException("empty", "the file is empty; copy it again");
        }
        return bytes;
      }
    } catch (NoSuchFileException missing) {
      throw new RefusedException("missing", "there is no such file");
    } catch (AccessDeniedException denied) {
      throw new RefusedException(
          "unreadable", "it cannot be read: permission denied; allow this user to read it");
    } catch (IOException failed) {
      throw new RefusedException("unreadable", "it cannot be read: " + failed.getMessage());
    }
  }

  private static RefusedException tooLarge() {
    return new RefusedException(
        "too-large", "the file has more than 64 MB; save it as a smaller JPEG");
  }
}
