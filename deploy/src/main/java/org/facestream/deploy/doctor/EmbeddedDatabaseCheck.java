package org.facestream.deploy.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.ingest.worker.config.UserError;

/**
 * Whether the PostgreSQL of the all-in-one starts here: in a temporary folder, which is removed.
 */
public final class EmbeddedDatabaseCheck implements Check {
  @Override
  public String subject() {
    return "PostgreSQL of the all-in-one";
  }

  @Override
  public Result run() {
    try {
      Path folder = Files.createTempDirectory("facestream-doctor-");
      try (EmbeddedDatabase database = new EmbeddedDatabase(folder.resolve("postgres"), 0)) {
        return new Good("starts and answers");
      } finally {
        delete(folder);
      }
    } catch (UserError | IOException failed) {
      return new Bad("does not start: " + reason(failed));
    }
  }

  private static String reason(Exception failed) {
    if (new NeedsCheck(EmbeddedDatabase::programs).run() instanceof Bad needs) {
      return needs.text();
    }
    Throwable cause = failed.getCause() == null ? failed : failed.getCause();
    return System.getProperty("user.name").equals("root")
        ? cause.getMessage()
            + "; as root it needs user namespaces, which this machine may not allow: run "
            + "facestream as another user"
        : cause.getMessage() + ": see the log";
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(folder)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
