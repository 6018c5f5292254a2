package org.facestream.deploy.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.facestream.deploy.allinone.Endpoints;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.ingest.worker.config.UserError;

/** The all-in-one that runs on a data folder. */
final class RunningFolder {
  /** A start takes seconds, after kill -9 some ten; a busy machine makes that more. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private RunningFolder() {}

  /**
   * Finds it, and waits for one that is only just starting or stopping.
   *
   * @param say receives a sentence when there is something to wait for
   * @return empty when none runs
   * @throws UserError when it takes too long
   */
  static Optional<Endpoints> await(Path folder, Consumer<String> say) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    boolean said = false;
    while (true) {
      Optional<Endpoints> found = Endpoints.find(folder);
      if (found.isPresent() || !DataFolder.isTaken(folder)) {
        return found;
      }
      String holder =
          DataFolder.holder(folder).map(process -> " (process " + process + ")").orElse("");
      if (System.nanoTime() > deadline) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "The facestream%s that uses %s has been starting or stopping for %d s: try "
                    + "again later.",
                holder,
                folder,
                PATIENCE.toSeconds()));
      }
      if (!said) {
        said = true;
        say.accept("Waiting for the facestream%s that uses %s ...".formatted(holder, folder));
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new UserError("Interrupted while waiting for " + folder + ".", interrupted);
      }
    }
  }
}
