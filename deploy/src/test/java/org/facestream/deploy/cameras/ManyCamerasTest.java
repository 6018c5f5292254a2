package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cameras that come while others are live. */
class ManyCamerasTest {
  private static final int MORE = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final Instant FAR = Instant.MAX;

  @TempDir private Path folder;

  @Test
  void fiftyMoreCamerasDoNotHoldUpThoseThatAreLive() throws Exception {
    H264Loop video = MovingPattern.h264(160, 120, 20);
    List<String> live = List.of("live-0", "live-1", "live-2", "live-3");
    List<Camera> more = new ArrayList<>();
    try (RtspServer server = new RtspServer();
        IngestSite site = new IngestSite(folder, Map.of())) {
      server.start();
      for (String camera : live) {
        server.add(camera, video);
        site.add(camera, server.url(camera));
      }
      for (int i = 0; i < MORE; i++) {
        server.add("more-" + i, video);
        more.add(Camera.of("more-" + i, server.url("more-" + i)).withFps(1.0));
      }
      for (String camera : live) {
        site.await(camera, CameraState.LIVE, PATIENCE);
      }
      Thread.sleep(2_000);
      Instant added = Instant.now();
      site.registry().apply(more, false);
      for (Camera camera : more) {
        site.await(camera.id(), CameraState.LIVE, PATIENCE);
      }
      Instant all = Instant.now();
      Thread.sleep(2_000);
      Instant ended = Instant.now();
      // What was captured until then has come when something later has.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  live.stream()
                      .noneMatch(id -> site.observations().frames(id, ended, FAR).isEmpty()));
      for (String camera : live) {
        Duration gap = site.observations().longestGap(camera, added.minusSeconds(2), ended);
        Figures.print(
            9,
            "%s: %d cameras more, all live after %.1f s; frames in each second %s, longest gap"
                + " %d ms",
            camera,
            MORE,
            Duration.between(added, all).toMillis() / 1e3,
            site.observations().series(camera, added.minusSeconds(2), ended),
            gap.toMillis());
        // A busy machine has its gaps without them, too.
        long usual =
            site.observations().longestGap(camera, added.minusSeconds(2), added).toMillis();
        assertTrue(gap.toMillis() <= Math.max(1_200, 4 * usual), camera + ": " + gap);
        assertEquals(0, site.count("facestream.camera.reconnects", camera));
      }
    }
  }
}
