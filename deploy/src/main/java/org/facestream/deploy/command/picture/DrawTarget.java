package org.facestream.deploy.command.picture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;

/**
 * Where drawn pictures go.
 *
 * @param path of the one file, or of the folder
 * @param file whether it is a file
 */
record DrawTarget(Path path, boolean file) {
  private static final int QUALITY = 90;

  private static final Set<String> WRITTEN = Set.of("jpg", "jpeg", "png");

  /** Nobody calls a folder so. */
  private static final Set<String> OTHER_PICTURES =
      Set.of("bmp", "gif", "webp", "tif", "tiff", "jpe", "jp2", "heic", "avif");

  /**
   * The file or folder that is meant; a folder is made.
   *
   * @param pictures how many are drawn
   * @throws UserError when it cannot be written to
   */
  static DrawTarget of(Path path, int pictures) {
    if (!Files.isDirectory(path)) {
      String extension = extension(path);
      if (OTHER_PICTURES.contains(extension)) {
        throw new UserError("--draw writes .jpg and .png files, not " + path + ".");
      }
      if (WRITTEN.contains(extension)) {
        if (pictures > 1) {
          throw new UserError(
              "--draw needs a folder for several pictures, not the file " + path + ".");
        }
        return new DrawTarget(path, true);
      }
    }
    try {
      Files.createDirectories(path);
    } catch (IOException failed) {
      throw unwritable(path, failed);
    }
    return new DrawTarget(path, false);
  }

  /**
   * Writes a picture.
   *
   * @param source the file that it was read from
   * @throws UserError when it cannot be written
   */
  void write(Picture picture, Path source) {
    Path target = file ? path : path.resolve(source.getFileName() + ".faces.jpg");
    if (isSame(target, source)) {
      throw new UserError("--draw would overwrite " + source + " itself: name another file.");
    }
    byte[] encoded = extension(target).equals("png") ? Drawing.png(picture) : picture.jpeg(QUALITY);
    try {
      Files.write(target, encoded);
    } catch (IOException failed) {
      throw unwritable(target, failed);
    }
  }

  private static boolean isSame(Path target, Path source) {
    try {
      return Files.exists(target) && Files.isSameFile(target, source);
    } catch (IOException failed) {
      throw unwritable(target, failed);
    }
  }

  private static UserError unwritable(Path path, IOException failed) {
    return new UserError("Cannot write %s: %s.".formatted(path, UserError.reason(failed)), failed);
  }

  private static String extension(Path path) {
    String name = path.getFileName() == null ? "" : path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
