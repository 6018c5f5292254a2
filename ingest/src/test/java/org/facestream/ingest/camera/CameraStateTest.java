package org.facestream.ingest.camera;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.Test;

class CameraStateTest {

  @Test
  void theArrowsOfTheDrawing() {
    Map<CameraState, Set<CameraState>> arrows =
        Map.of(
            CameraState.OFF, EnumSet.of(CameraState.CONNECTING),
            CameraState.CONNECTING,
                EnumSet.of(CameraState.LIVE, CameraState.BACKOFF, CameraState.OFF),
            CameraState.LIVE, EnumSet.of(CameraState.STALLED, CameraState.BACKOFF, CameraState.OFF),
            CameraState.STALLED, EnumSet.of(CameraState.LIVE, CameraState.BACKOFF, CameraState.OFF),
            CameraState.BACKOFF, EnumSet.of(CameraState.CONNECTING, CameraState.OFF));
    for (CameraState from : CameraState.values()) {
      for (CameraState to : CameraState.values()) {
        assertEquals(arrows.get(from).contains(to), from.mayBecome(to), from + " to " + to);
      }
    }
  }

  @Test
  void theGaugeIsOneForOneStateAndGoesWithTheCamera() {
    try (Telemetry telemetry = new Telemetry()) {
      CameraStatus status = new CameraStatus("a", telemetry);
      status.claim(this);
      status.move(this, CameraState.CONNECTING, null, "test");
      status.picture(this);
      assertEquals(1, gauge(telemetry, "live"));
      assertEquals(0, gauge(telemetry, "connecting"));
      status.watch(Duration.ofMinutes(1));
      assertEquals(CameraState.LIVE, status.state());
      status.watch(Duration.ofNanos(1));
      assertEquals(CameraState.STALLED, status.state());
      status.picture(this);
      assertEquals(CameraState.LIVE, status.state());
      status.close();
      assertEquals(0, telemetry.registry().find("facestream.camera.state").gauges().size());
    }
  }

  @Test
  void whatTheDrawingDoesNotShowIsRefusedAndAFormerRunnerIsNotHeard() {
    try (Telemetry telemetry = new Telemetry();
        CameraStatus status = new CameraStatus("a", telemetry)) {
      status.claim("old");
      status.claim("new");
      status.move("new", CameraState.CONNECTING, null, "test");
      status.move("old", CameraState.OFF, "stopped", "late");
      assertEquals(CameraState.CONNECTING, status.state());
      assertThrows(
          IllegalStateException.class, () -> status.move("new", CameraState.STALLED, null, "test"));
    }
  }

  private static double gauge(Telemetry telemetry, String state) {
    return telemetry
        .registry()
        .get("facestream.camera.state")
        .tags("camera", "a", "state", state)
        .gauge()
        .value();
  }
}
