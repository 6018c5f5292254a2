package org.facestream.ingest.registry;

import java.util.List;

/** A mutable camera, for changing some of its values. */
final class CameraDraft {
  private final String id;
  String url;
  String closeUpUrl;
  Integer rotate;
  Double fps;
  Integer maxWidth;
  Integer jpegQuality;
  Boolean enabled;
  Boolean loop;
  List<String> tags;
  FaceSearch detection;
  Transport transport;
  DecoderChoice decoder;
  MotionOptions motion;
  List<Polygon> masks;
  List<Zone> zones;

  CameraDraft(String id) {
    this.id = id;
  }

  CameraDraft(Camera camera) {
    id = camera.id();
    url = camera.url();
    closeUpUrl = camera.closeUpUrl();
    rotate = camera.rotate();
    fps = camera.fps();
    maxWidth = camera.maxWidth();
    jpegQuality = camera.jpegQuality();
    enabled = camera.enabled();
    loop = camera.loop();
    tags = camera.tags();
    detection = camera.detection();
    transport = camera.transport();
    decoder = camera.decoder();
    motion = camera.motion();
    masks = camera.masks();
    zones = camera.zones();
  }

  /** Sets the rotation and turns the areas too, so that they cover the same parts of the scene. */
  void turn(Integer to) {
    int degrees = Math.floorMod((to == null ? 0 : to) - (rotate == null ? 0 : rotate), 360);
    rotate = to;
    masks = turned(masks, degrees);
    zones =
        zones.stream().map(zone -> new Zone(zone.name(), zone.polygon().turned(degrees))).toList();
    motion =
        motion == null
            ? null
            : new MotionOptions(motion.sensitivity(), turned(motion.masks(), degrees));
  }

  private static List<Polygon> turned(List<Polygon> areas, int degrees) {
    return areas.stream().map(area -> area.turned(degrees)).toList();
  }

  Camera done() {
    return new Camera(
        id,
        url,
        closeUpUrl,
        rotate,
        fps,
        maxWidth,
        jpegQuality,
        enabled,
        loop,
        tags,
        detection,
        transport,
        decoder,
        motion,
        masks,
        zones);
  }
}
