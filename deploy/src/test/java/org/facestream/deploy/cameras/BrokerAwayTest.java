package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.ingest.registry.CameraState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that is away for a while, {@code -Dfacestream.broker-outage=30} seconds or the suite's
 * few.
 */
class BrokerAwayTest {
  private static final int OUTAGE_SECONDS = Integer.getInteger("facestream.broker-outage", 5);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final List<String> CAMERAS = List.of("gate", "yard");

  @TempDir private Path folder;

  @Test
  void anOutageCostsItsOwnFramesAndNothingElse() throws Exception {
    H264Loop video = MovingPattern.h264(320, 240, 20);
    try (OwnServer gate = new OwnServer(video);
        OwnServer yard = new OwnServer(video);
        IngestSite site =
            new IngestSite(
                folder, Map.of("ingest.buffer-bytes", "16777216", "ingest.send-timeout", "2s"))) {
      site.add("gate", gate.url());
      site.add("yard", yard.url());
      for (String camera : CAMERAS) {
        site.await(camera, CameraState.LIVE, PATIENCE);
      }
      Awaitility.await().atMost(PATIENCE).until(() -> site.stage().health().ready());
      Thread.sleep(500);
      Instant began = Instant.now().minusSeconds(2);
      site.stopBroker();
      Instant stopped = Instant.now();
      Thread.sleep(1_000L * OUTAGE_SECONDS / 4);
      ProcessFigures early = ProcessFigures.now();
      Thread.sleep(1_000L * OUTAGE_SECONDS * 3 / 4);
      ProcessFigures late = ProcessFigures.now();
      Awaitility.await().atMost(PATIENCE).until(() -> !site.stage().health().ready());
      String reason = site.stage().health().reason();
      assertTrue(site.stage().live());
      Map<String, Double> taken = Map.of("gate", taken(site, "gate"), "yard", taken(site, "yard"));
      Instant starting = Instant.now();
      site.startBroker();
      Instant started = Instant.now();
      for (String camera : CAMERAS) {
        Awaitility.await(camera + " goes on")
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> taken(site, camera) > taken.get(camera) + 5);
      }
      Instant resumed = Instant.now();
      Awaitility.await().atMost(PATIENCE).until(() -> site.stage().health().ready());
      for (String camera : CAMERAS) {
        Awaitility.await(camera + " is seen")
            .atMost(PATIENCE)
            .until(() -> site.observations().frames(camera, resumed, Instant.MAX).size() > 5);
      }
      Instant ended = Instant.now();

      for (String camera : CAMERAS) {
        double dropped = site.count("facestream.dropped", camera);
        Figures.print(
            10,
            "%s: away %.1f s, not ready (%s), %.0f frames dropped; broker back after %.1f s more,"
                + " frames %.1f s after it; frames in each second %s; reconnects %.0f",
            camera,
            seconds(stopped, starting),
            reason,
            dropped,
            seconds(starting, started),
            seconds(started, resumed),
            site.observations().series(camera, began, ended),
            site.count("facestream.camera.reconnects", camera));
        assertTrue(dropped > 0, "nothing was dropped");
        assertEquals(0, site.count("facestream.camera.reconnects", camera));
        assertEquals(CameraState.LIVE, site.state(camera));
        List<Observations.Seen> frames = site.observations().frames(camera);
        assertEquals(
            1, frames.stream().map(Observations.Seen::epoch).distinct().count(), "started anew");
        assertEquals(
            frames.size(),
            frames.stream().map(Observations.Seen::sequence).distinct().count(),
            "doubled");
      }
      Figures.print(10, "while the broker is away: %s -> %s", early, late);
      late.assertFlatSince(early);
    }
  }

  private static double taken(IngestSite site, String camera) {
    return site.telemetry().out("ingest", camera).count();
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1e3;
  }
}
