package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.facestream.deploy.Main;
import org.facestream.deploy.embedded.SmallDisk;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.facestream.ingest.registry.Camera;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code facestream run} on a disk that is full for so many seconds: {@code
 * -Dfacestream.full-disk=30}.
 */
@EnabledIfSystemProperty(
    named = "facestream.full-disk",
    matches = "\\d+",
    disabledReason = "takes minutes: -Dfacestream.full-disk=30")
class FullDiskRunTest {
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  @TempDir private Path folder;

  @Test
  void eventsGoOnWhenThereIsRoom() throws Exception {
    int seconds = Integer.getInteger("facestream.full-disk");
    Path errors = folder.resolve("errors");
    AtomicInteger events = new AtomicInteger();
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), 1024);
        DemoCameras cameras = DemoCameras.start(0)) {
      Process process = start(disk.path().resolve("data"), cameras.cameras(), errors);
      Thread reader = new Thread(() -> count(process, events), "events");
      reader.setDaemon(true);
      reader.start();
      try {
        awaitMore(process, events, 4, errors);
        disk.fill();
        Thread.sleep(1_000L * seconds);
        int before = events.get();
        assertTrue(process.isAlive(), Files.readString(errors));
        assertTrue(Files.readString(errors).contains("is full"), Files.readString(errors));
        disk.free();
        long freed = System.nanoTime();
        awaitMore(process, events, before + 4, errors);
        System.out.printf(
            "scenario 14: run on a disk that was full for %d s: %d events before, %d events after"
                + " it within %.1f s; it said:%n%s%n",
            seconds,
            before,
            events.get() - before,
            (System.nanoTime() - freed) / 1e9,
            Files.readString(errors));
        assertTrue(
            Files.readString(errors).contains("Kafka starts again"), Files.readString(errors));
        process.destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "did not end");
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static void awaitMore(Process process, AtomicInteger events, int count, Path errors) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertTrue(
                    events.get() >= count && process.isAlive(),
                    () -> events.get() + " events; " + read(errors)));
  }

  private static String read(Path errors) {
    try {
      return Files.readString(errors);
    } catch (IOException gone) {
      return gone.toString();
    }
  }

  private static void count(Process process, AtomicInteger events) {
    try (BufferedReader output = process.inputReader()) {
      while (output.readLine() != null) {
        events.incrementAndGet();
      }
    } catch (IOException ended) {
      // With its process.
      return;
    }
  }

  private static Process start(Path data, List<Camera> cameras, Path errors) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                "--json",
                "--ephemeral-ports",
                "--set",
                "ingest.fps=4",
                "--set",
                "detector.min-face-size=60",
                "--data",
                data.toString()));
    for (Camera camera : cameras) {
      command.add("--camera");
      command.add(camera.id() + "=" + camera.url());
    }
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }
}
