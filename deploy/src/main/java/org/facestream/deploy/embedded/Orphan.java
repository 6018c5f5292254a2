package org.facestream.deploy.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server that a killed process left running. Its folder's lock is ours, so it belongs
 * to nobody else.
 */
final class Orphan {
  private static final Logger log = LoggerFactory.getLogger(Orphan.class);
  private static final long PATIENCE_SECONDS = 20;

  private Orphan() {}

  /**
   * Stops the server that runs on a data directory, if one does, and forgets a stale pid file.
   *
   * @throws UserError when it does not stop
   */
  static void stop(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    Optional<ProcessHandle> running = postmaster(pidFile);
    if (running.isEmpty()) {
      log.info("{} is stale", pidFile);
      Files.deleteIfExists(pidFile);
      return;
    }
    ProcessHandle orphan = running.get();
    log.info("stopping the PostgreSQL {} that an earlier run left behind", orphan.pid());
    // To PostgreSQL the first signal is a smart shutdown, which waits for its clients; they are
    // gone. The next is a fast one, which does not wait.
    if (!ended(signalled(orphan, "TERM"), 5)
        && !ended(signalled(orphan, "INT"), PATIENCE_SECONDS)) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "A PostgreSQL of an earlier run (process %d) does not stop: end it with `kill -INT %d`, then start again.",
              orphan.pid(),
              orphan.pid()));
    }
  }

  private static ProcessHandle signalled(ProcessHandle process, String signal) throws IOException {
    if (signal.equals("TERM")) {
      process.destroy();
      return process;
    }
    try {
      // The shell's own: a small server has no program of that name.
      new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return process;
  }

  private static boolean ended(ProcessHandle process, long seconds) {
    try {
      process.onExit().get(seconds, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException unknown) {
      return !process.isAlive();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /** The process that the pid file names, if it lives and is a PostgreSQL. */
  private static Optional<ProcessHandle> postmaster(Path pidFile) throws IOException {
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    try {
      return ProcessHandle.of(Long.parseLong(lines.get(0).trim()))
          .filter(ProcessHandle::isAlive)
          // Another program may have got the number since.
          .filter(process -> process.info().command().orElse("").contains("postgres"));
    } catch (NumberFormatException damaged) {
      return Optional.empty();
    }
  }
}
