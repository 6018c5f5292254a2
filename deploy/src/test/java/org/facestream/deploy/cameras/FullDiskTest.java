package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.simulation.rtsp.MovingPattern;
import org.facestream.ingest.camera.CameraState;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the embedded broker fills up, and has room again. */
class FullDiskTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  @Test
  void aBrokerWhoseDiskIsFullSaysSoAndGoesOnWhenThereIsRoom() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=384m", "tmpfs", disk.toString()),
        "skipped: a small disk can be mounted only by root");
    try (LogLines log = new LogLines("org.facestream.deploy.embedded")) {
      fillAndFree(disk, log);
    } finally {
      assertTrue(run("umount", disk.toString()));
    }
  }

  private static void fillAndFree(Path disk, LogLines log) throws Exception {
    try (OwnServer server = new OwnServer(MovingPattern.h264(320, 240, 20));
        IngestSite site =
            new IngestSite(disk.resolve("kafka"), Map.of("ingest.send-timeout", "2s"))) {
      site.add("gate", server.url());
      site.await("gate", CameraState.LIVE, PATIENCE);
      Thread.sleep(1_000);
      Instant full = Instant.now();
      Path filling = disk.resolve("something-else");
      fill(filling);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> !site.stage().health().ready() && site.count("facestream.dropped", "gate") > 5);
      String reason = site.stage().health().reason();
      double taken = site.telemetry().out("ingest", "gate").count();
      double dropped = site.count("facestream.dropped", "gate");
      Instant freed = Instant.now();
      Files.delete(filling);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> site.telemetry().out("ingest", "gate").count() > taken + 5);
      Instant resumed = Instant.now();
      Awaitility.await().atMost(PATIENCE).until(() -> site.stage().health().ready());

      assertEquals(2, log.lines().size(), log.lines()::toString);
      String said = log.lines().get(0).text();
      String later = log.lines().get(1).text();
      Figures.print(
          14,
          "full for %.1f s: \"%s\"; ingest not ready (%s), %.0f frames dropped; \"%s\", frames"
              + " %.1f s after there was room; reconnects %.0f",
          Duration.between(full, freed).toMillis() / 1e3,
          said.replace(disk.toString(), "DISK"),
          reason,
          dropped,
          later.replace(disk.toString(), "DISK"),
          Duration.between(freed, resumed).toMillis() / 1e3,
          site.count("facestream.camera.reconnects", "gate"));
      assertTrue(said.contains("is full"), said);
      assertTrue(later.contains("Kafka goes on"), later);
      assertEquals(CameraState.LIVE, site.state("gate"));
      assertEquals(0, site.count("facestream.camera.reconnects", "gate"));
    }
  }

  /** Until hardly anything is free. */
  private static void fill(Path file) throws IOException {
    long most = Files.getFileStore(file.getParent()).getUsableSpace() - (16L << 20);
    assertTrue(most > EmbeddedKafka.LEAST_FREE / 2, "the disk is too small");
    byte[] megabyte = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long written = 0; written < most; written += megabyte.length) {
        out.write(megabyte);
      }
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    }
  }
}
