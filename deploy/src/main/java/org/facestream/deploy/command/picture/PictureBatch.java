package org.facestream.deploy.command.picture;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.StandardOutput;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;

/**
 * Processes the pictures of a command one by one. A failure of one picture does not affect the next
 * ones.
 */
final class PictureBatch {
  private PictureBatch() {}

  /** What is done with each picture, which is closed afterwards. */
  interface Task {
    void accept(Path path, Picture picture) throws IOException;
  }

  /**
   * Does it with all; a single picture's failure is thrown.
   *
   * @param out where the task prints; the batch ends when it cannot
   * @return the exit code: 2 when a picture cannot be used, 1 when one failed for another reason
   * @throws IOException of the task, which ends the batch
   */
  static int each(List<Path> pictures, PrintWriter out, PrintWriter err, Task task)
      throws IOException {
    int exit = 0;
    for (Path path : pictures) {
      if (StandardOutput.failure(out).isPresent()) {
        // Nobody sees the rest; the end says so.
        return Complaints.FAILURE;
      }
      try (Picture picture = PictureFile.read(path)) {
        task.accept(path, picture);
      } catch (RuntimeException | OutOfMemoryError failed) {
        if (pictures.size() == 1) {
          throw failed;
        }
        err.println("facestream: " + message(path, failed));
        err.flush();
        boolean refused = failed instanceof UserError;
        exit = refused && exit == 0 ? Complaints.USER_ERROR : refused ? exit : Complaints.FAILURE;
      }
    }
    return exit;
  }

  private static String message(Path path, Throwable failed) {
    if (failed instanceof UserError) {
      return String.valueOf(failed.getMessage());
    }
    String what = String.valueOf(failed.getMessage()).lines().findFirst().orElse("");
    return ("%s failed with %s (%s); run the command for it alone with --stacktrace to see "
            + "where.")
        .formatted(path, failed.getClass().getSimpleName(), what.strip());
  }
}
