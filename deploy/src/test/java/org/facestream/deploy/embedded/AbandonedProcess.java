package org.facestream.deploy.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A Java process that is killed in the middle of its work, as by kill -9. */
public final class AbandonedProcess {
  private AbandonedProcess() {}

  /**
   * Returns when it is dead.
   *
   * @param program whose {@code main} says {@code ready} and waits
   * @param folder its only argument
   */
  public static void runAndKill(Class<?> program, Path folder) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertEquals("ready", output.readLine());
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
  }
}
