package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.awaitility.Awaitility;
import org.facestream.deploy.embedded.SmallDisk;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.worker.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the embedded broker fills up, and has room again. */
class FullDiskTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  @Test
  void aBrokerWhoseDiskIsFullSaysSoAndGoesOnWhenThereIsRoom() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), 384);
        LogLines log = new LogLines("org.facestream.deploy.embedded")) {
      fillAndFree(disk, log);
    }
  }

  private static void fillAndFree(SmallDisk disk, LogLines log) throws Exception {
    try (OwnServer server = new OwnServer(MovingPattern.h264(320, 240, 20));
        IngestSite site =
            new IngestSite(disk.path().resolve("kafka"), Map.of("ingest.send-timeout", "2s"))) {
      site.add("gate", server.url());
      site.await("gate", CameraState.LIVE, PATIENCE);
      Awaitility.await().atMost(PATIENCE).until(() -> site.stage().health().ready());
      Instant full = Instant.now();
      disk.fill();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> !site.stage().health().ready() && site.count("facestream.dropped", "gate") > 5);
      String reason = site.stage().health().reason();
      double taken = site.telemetry().out("ingest", "gate").count();
      double dropped = site.count("facestream.dropped", "gate");
      Instant freed = Instant.now();
      disk.free();
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
          said.replace(disk.path().toString(), "DISK"),
          reason,
          dropped,
          later.replace(disk.path().toString(), "DISK"),
          Duration.between(freed, resumed).toMillis() / 1e3,
          site.count("facestream.camera.reconnects", "gate"));
      assertTrue(said.contains("is full"), said);
      assertTrue(later.contains("Kafka starts again"), later);
      assertEquals(CameraState.LIVE, site.state("gate"));
      assertEquals(0, site.count("facestream.camera.reconnects", "gate"));
    }
  }
}
