package org.facestream.deploy.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes temporary data folders of killed runs, each of which may contain a running PostgreSQL.
 */
public final class Leftovers {
  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

  private Leftovers() {}

  /**
   * Ends what runs in them and deletes them. Only folders of the same owner that hold a data
   * folder's lock which nobody has. What does not succeed is logged, and left.
   *
   * @param mine the folder that this run has just made; those beside it are looked at
   * @param prefix of the names of such folders
   */
  public static void sweep(Path mine, String prefix) {
    try (Stream<Path> beside = Files.list(mine.toAbsolutePath().getParent())) {
      List<Path> left =
          beside.filter(folder -> folder.getFileName().toString().startsWith(prefix)).toList();
      for (Path folder : left) {
        if (!folder.equals(mine) && isLeft(folder, mine)) {
          remove(folder);
        }
      }
    } catch (IOException unreadable) {
      log.debug("leftovers of earlier runs could not be removed", unreadable);
    }
  }

  private static boolean isLeft(Path folder, Path mine) throws IOException {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && Files.getOwner(folder).equals(Files.getOwner(mine))
        && DataFolder.wasTaken(folder)
        && !DataFolder.isTaken(folder);
  }

  private static void remove(Path folder) {
    try (DataFolder taken = DataFolder.take(folder, 0)) {
      Orphan.stop(taken.path().resolve("postgres").resolve("data"));
      List<Path> deepestFirst;
      try (Stream<Path> all = Files.walk(folder)) {
        deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
      log.info("removed {} of a killed run", folder);
    } catch (IOException | UserError failed) {
      log.warn("{} of an earlier run could not be removed: {}", folder, failed.getMessage());
    }
  }
}
