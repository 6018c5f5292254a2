package org.facestream.deploy.lab.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.facestream.deploy.lab.simulation.rtsp.Viewer;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bare")
class DemoCamerasTest {
  private static final Format SMALL = new Format(320, 180, 5);

  @Test
  void servesThreeCamerasWhoseTruthRepeats() throws Exception {
    try (DemoCameras cameras = DemoCameras.start(0, SMALL)) {
      List<Camera> all = cameras.cameras();
      assertEquals(List.of("gate", "office", "quay"), all.stream().map(Camera::id).toList());
      for (Camera camera : all) {
        try (Viewer viewer = new Viewer(camera.url(), "tcp")) {
          Viewer.Seen seen = viewer.next();
          assertEquals(320, seen.width());
          assertEquals(180, seen.height());
        }
      }
      Instant began = cameras.server().find("gate").began();
      Duration loop = Duration.ofSeconds(40);
      List<Sighting> first = gate(cameras, began, began.plus(loop));
      List<Sighting> second = gate(cameras, began.plus(loop), began.plus(loop.multipliedBy(2)));
      assertEquals(5, first.size());
      assertEquals(5, second.size());
      for (int i = 0; i < 5; i++) {
        assertEquals(first.get(i).person(), second.get(i).person());
        assertEquals(first.get(i).from().plus(loop), second.get(i).from());
        assertEquals(first.get(i).to().plus(loop), second.get(i).to());
        assertTrue(first.get(i).to().isAfter(first.get(i).from()));
      }
      Instant middle = first.get(0).from().plusSeconds(1);
      assertEquals(
          List.of(first.get(0)), gate(cameras, middle, middle.plusMillis(1)), "in sight just then");
      assertEquals(List.of(), cameras.truth(began.minusSeconds(9), began));
    }
  }

  @Test
  void saysThatItsPortIsTakenBeforeItDraws() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      assertThrows(UserError.class, () -> DemoCameras.start(port));
    }
  }

  private static List<Sighting> gate(DemoCameras cameras, Instant from, Instant to) {
    return cameras.truth(from, to).stream()
        .filter(sighting -> sighting.camera().equals("gate"))
        .toList();
  }
}
