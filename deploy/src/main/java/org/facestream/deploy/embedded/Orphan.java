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
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's programs that a killed process left running. Their folder's lock is ours, so they
 * belong to nobody else.
 */
final class Orphan {
  private static final Logger log = LoggerFactory.getLogger(Orphan.class);
  private static final long PATIENCE_SECONDS = 20;

  private Orphan() {}

  /**
   * Ends a start that its parent did not live to see the end of, stops the server that runs on a
   * data directory, if there is one, and forgets a stale pid file.
   *
   * @throws UserError when the server does not stop
   */
  static void stop(Path data) throws IOException {
    endStart(data);
    Path pidFile = data.resolve("postmaster.pid");
    Optional<ProcessHandle> running =
        Stream.concat(postmaster(pidFile).stream(), programs("postgres", data).stream())
            .findFirst();
    if (running.isPresent()) {
      stop(running.get());
    } else if (Files.deleteIfExists(pidFile)) {
      log.info("{} was stale", pidFile);
    }
    endServants(data);
  }

  /**
   * A killed server's own processes see its end and end too, but one that waits for its disk does
   * so only then. As long as it lives, the next server refuses to start on its shared memory.
   */
  private static void endServants(Path data) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (List<ProcessHandle> left = servants(data); !left.isEmpty(); left = servants(data)) {
      left.forEach(ProcessHandle::destroyForcibly);
      if (System.nanoTime() - deadline > 0) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "A process of an earlier PostgreSQL (%d) does not end: look whether its disk answers, then start again.",
                left.get(0).pid()));
      }
      ended(left.get(0), 1);
    }
  }

  /** PostgreSQL's processes work in the data directory; Linux tells where a process works. */
  private static List<ProcessHandle> servants(Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      return List.of();
    }
    Path real = data.toRealPath();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
        .filter(
            process -> {
              try {
                return Files.readSymbolicLink(
                        Path.of("/proc", String.valueOf(process.pid()), "cwd"))
                    .equals(real);
              } catch (IOException gone) {
                return false;
              }
            })
        .toList();
  }

  /**
   * An initdb that outlives its parent goes on writing, and when it fails it removes the directory,
   * even when another initdb has begun to fill it.
   */
  private static void endStart(Path data) {
    Stream.of("initdb", "pg_ctl")
        .flatMap(name -> programs(name, data).stream())
        .forEach(
            program -> {
              log.info("ending the start {} that an earlier run left behind", program.pid());
              List<ProcessHandle> all =
                  Stream.concat(Stream.of(program), program.descendants()).toList();
              all.forEach(ProcessHandle::destroyForcibly);
              all.forEach(process -> ended(process, PATIENCE_SECONDS));
            });
  }

  private static List<ProcessHandle> programs(String name, Path data) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().orElse("").endsWith("/" + name))
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .map(List::of)
                    .orElse(List.of())
                    .contains(data.toString()))
        .toList();
  }

  private static void stop(ProcessHandle orphan) throws IOException {
    log.info("stopping the PostgreSQL {} that an earlier run left behind", orphan.pid());
    // To PostgreSQL the first signal is a smart shutdown, which waits for its clients; they are
    // gone. The next is a fast one, which does not wait.
    if (!ended(signalled(orphan, "TERM"), 5)
        && !ended(signalled(orphan, "INT"), PATIENCE_SECONDS)) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "A PostgreSQL of an earlier run (process %d) does not stop: stop it with `kill "
                  + "-INT %d`, then start again.",
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
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
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
