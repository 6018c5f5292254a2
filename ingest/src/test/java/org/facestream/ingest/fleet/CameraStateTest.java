package org.facestream.ingest.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.facestream.ingest.publish.CameraCounts;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.source.address.Fault;
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

  @Test
  void aFormerRunnerThatStillReadsDoesNotHideThatThePresentOneWaits() throws Exception {
    try (Telemetry telemetry = new Telemetry();
        CameraStatus status = new CameraStatus("a", telemetry)) {
      status.claim("old");
      status.claim("new");
      status.move("new", CameraState.CONNECTING, null, "test");
      status.picture("new");
      Thread.sleep(30);
      status.picture("old");
      status.count("old", counts -> counts.bytes(5000));
      status.failed("old", Fault.ENDED, "late");
      status.watch(Duration.ofMillis(20));
      assertEquals(CameraState.STALLED, status.state());
      assertEquals(1, status.report("tester").framesIn());
      assertEquals(0, status.report("tester").bytesIn());
      assertEquals(0, telemetry.registry().find("facestream.camera.reconnects").counters().size());
    }
  }

  @Test
  void aReportSaysWhatCameAndWhatBecameOfIt() {
    try (Telemetry telemetry = new Telemetry()) {
      telemetry.dropped("ingest", "a", "behind").increment(100);
      telemetry.in("ingest", "a").increment(200);
      CameraStatus status = new CameraStatus("a", telemetry);
      status.claim(this);
      status.move(this, CameraState.CONNECTING, null, "test");
      for (int i = 0; i < 10; i++) {
        status.picture(this);
      }
      status.behind(this, true);
      telemetry.out("ingest", "a").increment(3);
      telemetry.dropped("ingest", "a", "behind").increment(4);
      telemetry.dropped("ingest", "a", "too-old").increment();
      CameraCounts.still("a", telemetry).increment(2);
      status.count(this, counts -> counts.bytes(5000));
      CameraReport report = status.report("tester");
      assertEquals(CameraState.LIVE, report.state());
      assertEquals("behind", report.reason());
      assertEquals(10, report.framesIn(), "not what another run of it gave");
      assertEquals(3, report.framesOut());
      assertEquals(2, report.framesHeldBack());
      assertEquals(Map.of("behind", 4L, "too-old", 1L), report.framesDropped());
      assertEquals(5000, report.bytesIn());
      status.behind("a former runner", false);
      assertEquals("behind", status.report("tester").reason());
      status.behind(this, false);
      assertNull(status.report("tester").reason());
      status.close();
    }
  }

  @Test
  void lossesAreToldASecondToo() {
    try (Telemetry telemetry = new Telemetry()) {
      CameraCounts counts = new CameraCounts("a", telemetry);
      counts.sample(0);
      assertEquals(Map.of(), counts.droppedPerSecond());
      telemetry.dropped("ingest", "a", "buffer-full").increment(5);
      counts.sample(2_000_000_000L);
      assertEquals(Map.of("buffer-full", 2.5), counts.droppedPerSecond());
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
