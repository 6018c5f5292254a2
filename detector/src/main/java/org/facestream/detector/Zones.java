package org.facestream.detector;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.track.CameraZones;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.Zone;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;

/** The zones of each camera, from the cameras topic. One thread at a time uses it. */
final class Zones {
  private final Map<String, CameraZones> cameras = new HashMap<>();

  /** The zones of a camera. */
  CameraZones of(String camera) {
    return cameras.getOrDefault(camera, CameraZones.NONE);
  }

  /** Applies a record of the cameras topic. */
  void take(ConsumerRecord<String, byte[]> record) {
    try {
      List<Zone> zones = CameraTopic.fromRecord(record).map(Camera::zones).orElse(List.of());
      if (zones.isEmpty()) {
        cameras.remove(record.key());
      } else {
        cameras.put(record.key(), new CameraZones(zones));
      }
    } catch (InvalidRecordException | UserError invalid) {
      // The zones stay; FaceSearches, which reads the same record, logs it.
    }
  }
}
