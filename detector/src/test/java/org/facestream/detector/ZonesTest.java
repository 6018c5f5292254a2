package org.facestream.detector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.track.CameraZones;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.registry.Zone;
import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.Test;

class ZonesTest {
  private static final Camera YARD = Camera.of("yard", "rtsp://h/s");
  private static final Polygon HALF =
      Polygon.of(List.of(List.of(0.0, 0.0), List.of(0.5, 0.0), List.of(0.5, 1.0)));

  private final Zones zones = new Zones();
  private final Cameras cameras =
      new Cameras(
          new FaceSearches(DetectorOptions.of(DetectorConfigTest.config(Map.of())).search(), 0.4f),
          zones,
          new CloseUpRequests("close-ups", new Telemetry()));

  @Test
  void changesAndRemovalsCountAtOnceAndNonsenseNotAtAll() {
    assertEquals(CameraZones.NONE, zones.of("yard"));
    List<Zone> gate = List.of(new Zone("gate", HALF));
    take(YARD.withZones(gate));
    assertEquals(new CameraZones(gate), zones.of("yard"));
    assertEquals(CameraZones.NONE, zones.of("door"));

    record("yard", "{\"id\":\"yard\",\"url\":\"rtsp://h/s\",\"zones\":[{\"name\":\"gate\"}]}");
    assertEquals(new CameraZones(gate), zones.of("yard"));

    List<Zone> two = List.of(new Zone("ramp", HALF), new Zone("gate", HALF));
    take(YARD.withZones(two));
    assertEquals(new CameraZones(two), zones.of("yard"));
    take(YARD);
    assertEquals(CameraZones.NONE, zones.of("yard"));
    take(YARD.withZones(two));
    record("yard", null);
    assertEquals(CameraZones.NONE, zones.of("yard"));
  }

  private void take(Camera camera) {
    record(camera.id(), new String(CameraTopic.toRecord("cctv.cameras.v1", camera).value(), UTF_8));
  }

  private void record(String key, String json) {
    cameras.take(
        new ConsumerRecord<>(
            "cctv.cameras.v1", 0, 1, key, json == null ? null : json.getBytes(UTF_8)));
  }
}
