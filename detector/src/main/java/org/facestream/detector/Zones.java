package org.facestream.detector;

import java.util.HashMap;
import java.util.Map;
import org.facestream.detector.track.CameraZones;
import org.facestream.ingest.registry.Camera;
import org.jspecify.annotations.Nullable;

/** The zones of each camera, from the cameras topic. One thread at a time uses it. */
final class Zones {
  private final Map<String, CameraZones> cameras = new HashMap<>();

  /** The zones of a camera. */
  CameraZones of(String camera) {
    return cameras.getOrDefault(camera, CameraZones.NONE);
  }

  /**
   * Applies the settings of a camera.
   *
   * @param camera null when it was removed
   */
  void take(String id, @Nullable Camera camera) {
    if (camera == null || camera.zones().isEmpty()) {
      cameras.remove(id);
    } else {
      cameras.put(id, new CameraZones(camera.zones()));
    }
  }
}
