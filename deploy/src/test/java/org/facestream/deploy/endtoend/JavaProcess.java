package org.facestream.deploy.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java program with this process's class path; what it says is added to a file. */
final class JavaProcess {
  private final Process process;
  private final Path log;

  /**
   * Starts it.
   *
   * @param name of its log file
   * @param heap such as {@code 512m}
   */
  JavaProcess(Path logs, String name, String heap, Class<?> program, List<String> arguments)
      throws IOException {
    log = Files.createDirectories(logs).resolve(name + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                program.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // ONNX Runtime ends a process whose command line is long.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    process = builder.start();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it ended with; 137 after kill -9. */
  int exitValue() {
    return process.exitValue();
  }

  /** As kill -9; returns when it is dead. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a killed process does not end");
    }
  }

  /** As SIGTERM; false when it does not end within a minute, and is killed. */
  boolean stop() throws InterruptedException {
    process.destroy();
    if (process.waitFor(60, TimeUnit.SECONDS)) {
      return true;
    }
    kill();
    return false;
  }

  /** The last of what it and those before it under its name said. */
  String said() {
    return LogTail.of(log);
  }
}
