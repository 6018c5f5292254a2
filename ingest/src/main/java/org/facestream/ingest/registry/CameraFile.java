package org.facestream.ingest.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.config.YamlDocument;
import org.facestream.ingest.worker.config.YamlMap;
import org.jspecify.annotations.Nullable;

/**
 * The YAML file of cameras:
 *
 * <pre>
 * cameras:
 *   - id: door
 *     url: rtsp://viewer:${secret:DOOR_PASSWORD}@192.0.2.7/stream
 *     close-up-url: rtsp://viewer:${secret:DOOR_PASSWORD}@192.0.2.7/main
 *     rotate: 90
 *     fps: 5
 *     max-width: 1280
 *     jpeg-quality: 85
 *     enabled: true
 *     loop: false
 *     tags: [entrance]
 *     transport: tcp
 *     decoder: auto
 *     detection:
 *       min-face-size: 60
 *       thresholds: [0.6, 0.7, 0.8]
 *     motion:
 *       sensitivity: 0.5
 *       masks:
 *         - [[0.8, 0], [1, 0], [1, 0.3]]
 *     masks:
 *       - [[0, 0], [0.3, 0], [0.3, 1], [0, 1]]
 *     zones:
 *       - name: counter
 *         polygon: [[0.4, 0.5], [0.9, 0.5], [0.9, 1], [0.4, 1]]
 * </pre>
 *
 * Only id and url are needed. Points are shares of the picture's width and height, after it was
 * turned.
 */
public final class CameraFile {
  private static final List<String> KEYS =
      List.of(
          "id",
          "url",
          "close-up-url",
          "rotate",
          "fps",
          "max-width",
          "jpeg-quality",
          "enabled",
          "loop",
          "tags",
          "detection",
          "transport",
          "decoder",
          "motion",
          "masks",
          "zones");

  private static final List<String> DETECTION_KEYS =
      List.of(
          "min-face-size",
          "scale-factor",
          "max-scales",
          "scale-steps",
          "thresholds",
          "overlaps",
          "max-candidates",
          "max-faces");

  private CameraFile() {}

  /**
   * Reads the cameras of a file, in its order.
   *
   * @throws UserError with the file, the camera and the fault, without any URL
   */
  public static List<Camera> read(Path file) {
    JsonNode root = YamlDocument.read(file, "camera file");
    if (root == null || !root.isObject()) {
      throw new UserError(file + " must start with `cameras:` and contain a list of cameras.");
    }
    new YamlMap(root, List.of("cameras"), file.toString());
    JsonNode list = root.path("cameras");
    if (!list.isArray()) {
      throw new UserError("`cameras` in " + file + " must be a list, each item with id and url.");
    }
    List<Camera> cameras = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode node : list) {
      Camera camera =
          camera(node, String.format(Locale.ROOT, "%s, camera %d", file, cameras.size() + 1));
      if (!ids.add(camera.id())) {
        throw new UserError("%s contains camera '%s' twice.".formatted(file, camera.id()));
      }
      cameras.add(camera);
    }
    return cameras;
  }

  private static Camera camera(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new UserError(where + ": write `- id: ...` and `url: ...` below each other.");
    }
    YamlMap map = new YamlMap(node, KEYS, where);
    try {
      return CameraBuilder.builder()
          .id(map.text("id"))
          .url(map.text("url"))
          .closeUpUrl(node.hasNonNull("close-up-url") ? map.text("close-up-url") : null)
          .rotate(map.whole("rotate"))
          .fps(map.real("fps"))
          .maxWidth(map.whole("max-width"))
          .jpegQuality(map.whole("jpeg-quality"))
          .enabled(map.yesOrNo("enabled"))
          .loop(map.yesOrNo("loop"))
          .tags(map.words("tags"))
          .detection(
              map.map("detection", "min-face-size: 60", DETECTION_KEYS)
                  .map(CameraFile::detection)
                  .orElse(null))
          .transport(map.oneOf("transport", Transport.class))
          .decoder(map.oneOf("decoder", DecoderChoice.class))
          .motion(
              map.map("motion", "sensitivity: 0.5", List.of("sensitivity", "masks"))
                  .map(motion -> MotionOptions.of(motion.real("sensitivity"), polygons(motion)))
                  .orElse(null))
          .masks(polygons(map))
          .zones(map.list("zones", "each item with name and polygon", CameraFile::zone))
          .build();
    } catch (UserError invalid) {
      String message = String.valueOf(invalid.getMessage());
      throw new UserError(message.startsWith(where) ? message : where + ": " + message);
    }
  }

  private static FaceSearch detection(YamlMap map) {
    return new FaceSearch(
        map.whole("min-face-size"),
        map.real("scale-factor"),
        map.whole("max-scales"),
        map.reals("scale-steps"),
        map.reals("thresholds"),
        map.reals("overlaps"),
        map.whole("max-candidates"),
        map.whole("max-faces"));
  }

  private static List<Polygon> polygons(YamlMap map) {
    return map.list(
        "masks", "each item a list of points", (node, where) -> polygon(node, "masks", where));
  }

  private static Zone zone(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new UserError(where + ": a zone has `name` and `polygon`.");
    }
    YamlMap map = new YamlMap(node, List.of("name", "polygon"), where + ", zones");
    return new Zone(map.text("name"), polygon(node.path("polygon"), "polygon", where));
  }

  private static Polygon polygon(JsonNode node, String key, String where) {
    List<List<@Nullable Double>> pairs = new ArrayList<>();
    for (JsonNode point : node) {
      List<@Nullable Double> pair = new ArrayList<>();
      for (JsonNode number : point) {
        Number value = YamlDocument.value(number, Number.class);
        pair.add(value == null ? null : value.doubleValue());
      }
      pairs.add(pair);
    }
    if (!node.isArray()) {
      throw new UserError(
          "%s: `%s` needs points, such as [[0.1, 0.1], [0.5, 0.1], [0.3, 0.6]]."
              .formatted(where, key));
    }
    return Polygon.of(pairs).simple();
  }
}
