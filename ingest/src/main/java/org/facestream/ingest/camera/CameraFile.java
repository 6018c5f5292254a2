package org.facestream.ingest.camera;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.facestream.ingest.worker.config.UserError;

/**
 * Cameras as people write them down:
 *
 * <pre>
 * cameras:
 *   - id: door
 *     url: rtsp://viewer:${secret:DOOR_PASSWORD}@192.0.2.7/stream
 *     fps: 5
 *     max-width: 1280
 *     jpeg-quality: 85
 *     enabled: true
 *     loop: false
 *     tags: [entrance]
 *     detection:
 *       min-face-size: 60
 *       thresholds: [0.6, 0.7, 0.8]
 * </pre>
 *
 * Only id and url are needed.
 */
public final class CameraFile {
  private static final List<String> KEYS =
      List.of(
          "id", "url", "fps", "max-width", "jpeg-quality", "enabled", "loop", "tags", "detection");

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
   * @throws UserError which names the file, the camera and what is wrong, without any URL
   */
  public static List<Camera> read(Path file) {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(Files.readString(file));
    } catch (NoSuchFileException missing) {
      throw new UserError("There is no camera file " + file + ".", missing);
    } catch (JacksonException malformed) {
      // Without a cause: the parser's message quotes the lines around the fault, and they may hold
      // a password.
      throw new UserError(
          "%s is not valid YAML (line %d)."
              .formatted(
                  file, malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr()));
    } catch (IOException unreadable) {
      throw new UserError("Cannot read " + file + ": " + unreadable.getMessage(), unreadable);
    }
    if (root == null || !root.isObject()) {
      throw new UserError(file + " must begin with `cameras:` and hold a list of cameras.");
    }
    refuseUnknown(root, List.of("cameras"), file.toString());
    JsonNode list = root.path("cameras");
    if (!list.isArray()) {
      throw new UserError("`cameras` in " + file + " must be a list, each item with id and url.");
    }
    List<Camera> cameras = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode node : list) {
      Camera camera = camera(node, "%s, camera %d".formatted(file, cameras.size() + 1));
      if (!ids.add(camera.id())) {
        throw new UserError("%s names camera '%s' twice.".formatted(file, camera.id()));
      }
      cameras.add(camera);
    }
    return cameras;
  }

  private static Camera camera(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new UserError(where + ": write `- id: ...` and `url: ...` below each other.");
    }
    refuseUnknown(node, KEYS, where);
    try {
      return new Camera(
          text(node, "id", where),
          text(node, "url", where),
          real(node, "fps", where),
          whole(node, "max-width", where),
          whole(node, "jpeg-quality", where),
          yesOrNo(node, "enabled", where),
          yesOrNo(node, "loop", where),
          tags(node, where),
          detection(node, where));
    } catch (UserError invalid) {
      String message = invalid.getMessage();
      throw new UserError(message.startsWith(where) ? message : where + ": " + message);
    }
  }

  private static FaceSearch detection(JsonNode camera, String where) {
    if (!camera.hasNonNull("detection")) {
      return null;
    }
    JsonNode node = camera.path("detection");
    if (!node.isObject()) {
      throw new UserError(where + ": `detection` must hold keys such as `min-face-size: 60`.");
    }
    refuseUnknown(node, DETECTION_KEYS, where + ", detection");
    return new FaceSearch(
        whole(node, "min-face-size", where),
        real(node, "scale-factor", where),
        whole(node, "max-scales", where),
        reals(node, "scale-steps", where),
        reals(node, "thresholds", where),
        reals(node, "overlaps", where),
        whole(node, "max-candidates", where),
        whole(node, "max-faces", where));
  }

  private static List<Double> reals(JsonNode node, String key, String where) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    List<Double> numbers = new ArrayList<>();
    for (JsonNode value : node.path(key)) {
      if (!value.isNumber()) {
        throw new UserError("%s: `%s` must be a list of numbers.".formatted(where, key));
      }
      numbers.add(value.doubleValue());
    }
    return numbers;
  }

  private static Double real(JsonNode node, String key, String where) {
    return node.hasNonNull(key) ? number(node, key, where).doubleValue() : null;
  }

  private static String text(JsonNode node, String key, String where) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull() || value.isContainerNode()) {
      throw new UserError("%s: `%s` is missing.".formatted(where, key));
    }
    return value.asText();
  }

  private static JsonNode number(JsonNode node, String key, String where) {
    JsonNode value = node.path(key);
    if (!value.isNumber()) {
      throw new UserError("%s: `%s` must be a number.".formatted(where, key));
    }
    return value;
  }

  private static Integer whole(JsonNode node, String key, String where) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    JsonNode value = number(node, key, where);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw new UserError("%s: `%s` must be a whole number.".formatted(where, key));
    }
    return value.intValue();
  }

  private static Boolean yesOrNo(JsonNode node, String key, String where) {
    if (!node.hasNonNull(key)) {
      return null;
    }
    if (!node.path(key).isBoolean()) {
      throw new UserError("%s: `%s` must be true or false.".formatted(where, key));
    }
    return node.path(key).booleanValue();
  }

  private static List<String> tags(JsonNode node, String where) {
    JsonNode value = node.path("tags");
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new UserError(where + ": `tags` must be a list, such as [entrance, north].");
    }
    List<String> tags = new ArrayList<>();
    value.forEach(tag -> tags.add(tag.asText()));
    return tags;
  }

  private static void refuseUnknown(JsonNode node, List<String> valid, String where) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!valid.contains(name)) {
                String nearest =
                    valid.stream()
                        .min(Comparator.comparingInt(key -> distance.apply(name, key)))
                        .orElseThrow();
                throw new UserError(
                    "%s: unknown key '%s'. Did you mean '%s'?".formatted(where, name, nearest));
              }
            });
  }
}
