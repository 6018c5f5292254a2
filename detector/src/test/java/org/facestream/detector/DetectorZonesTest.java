package org.facestream.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.face.Face;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.registry.Zone;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

/** Faces that enter zones. */
class DetectorZonesTest extends DetectorProcessorCase {
  /** The head of the person is at about 320 of 640 pixels at first, and goes to the right. */
  @Test
  void aFaceSaysInWhichZonesItIsAndTheFirstInEachIsPublished() throws InvalidRecordException {
    zones(zone("left", 0, .75), zone("right", .75, 1));
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      // Smaller and smaller, so that no face is a better one.
      byte[] frame = jpeg(640, 480, placed(5, 150 + 20 * i, 60, 240 - 2 * i));
      faces.addAll(turn(record("gate", i, 200 * i, frame)));
    }
    assertEquals(1, faces.stream().map(Face::track).distinct().count());
    assertEquals(
        List.of("left", "left", "left", "right"),
        faces.stream().flatMap(face -> face.zones().stream()).toList());
    Face entering = faces.get(3);
    assertTrue((entering.box().left() + entering.box().right()) / 2 >= 480, entering::toString);
    assertTrue(entering.captureTime().isBefore(START.plusMillis(2_800)), entering::toString);

    // A zone that is drawn while somebody stands there holds for the next frame.
    zones(zone("left", 0, .75), zone("right", .75, 1), zone("new", .5, 1));
    List<Face> next = turn(record("gate", 14, 2_800, jpeg(640, 480, placed(5, 410, 60, 212))));
    assertEquals(List.of("right", "new"), next.get(0).zones());
    zones();
    assertEquals(
        List.of(), turn(record("gate", 15, 3_000, jpeg(640, 480, placed(5, 410, 60, 212)))));
  }

  private static Zone zone(String name, double from, double to) {
    return new Zone(
        name,
        Polygon.of(
            List.of(List.of(from, 0.0), List.of(to, 0.0), List.of(to, 1.0), List.of(from, 1.0))));
  }

  private void zones(Zone... wanted) {
    Camera camera = Camera.of("gate", "rtsp://192.0.2.7/s").withZones(List.of(wanted));
    cameras.take(
        new ConsumerRecord<>(
            "cctv.cameras.v1",
            0,
            0,
            "gate",
            CameraTopic.toRecord("cctv.cameras.v1", camera).value()));
  }
}
