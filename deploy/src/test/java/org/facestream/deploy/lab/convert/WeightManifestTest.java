package org.facestream.deploy.lab.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightManifestTest {
  private static final String MANIFEST =
      """
      [{"paths": ["a-shard1", "a-shard2"], "weights": [
         {"name": "kernel", "dtype": "float32", "shape": [2, 3]},
         {"name": "codes", "dtype": "float32", "shape": [3],
          "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0}}]},
       {"paths": ["b-shard1"], "weights": [{"name": "scalar", "dtype": "float32", "shape": []}]}]
      """;

  @TempDir Path folder;

  private Path manifest;

  @BeforeEach
  void write() throws IOException {
    manifest = Files.writeString(folder.resolve("manifest.json"), MANIFEST);
    ByteBuffer group = ByteBuffer.allocate(27).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      group.putFloat(i + 0.25f);
    }
    group.put((byte) 0).put((byte) 3).put((byte) 255);
    // The boundary of the shards lies within a float.
    Files.write(folder.resolve("a-shard1"), java.util.Arrays.copyOfRange(group.array(), 0, 10));
    Files.write(folder.resolve("a-shard2"), java.util.Arrays.copyOfRange(group.array(), 10, 27));
    Files.write(
        folder.resolve("b-shard1"),
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(7).array());
  }

  @Test
  void readsGroupsAcrossShards() {
    WeightManifest weights = WeightManifest.read(manifest);

    assertEquals(List.of("kernel", "codes", "scalar"), weights.names());
    assertArrayEquals(
        new float[] {0.25f, 1.25f, 2.25f, 3.25f, 4.25f, 5.25f},
        weights.tensor("kernel", 2, 3).values());
    assertArrayEquals(new float[] {-1, 0.5f, 126.5f}, weights.tensor("codes", 3).values());
    assertArrayEquals(
        new byte[] {0, 3, -1}, weights.tensor("codes").quantized().orElseThrow().codes());
    assertArrayEquals(new float[] {7}, weights.tensor("scalar").values());
  }

  @Test
  void transposes() {
    WeightTensor turned = WeightManifest.read(manifest).tensor("kernel").transposed(1, 0);

    assertEquals(List.of(3, 2), turned.shape());
    assertArrayEquals(new float[] {0.25f, 3.25f, 1.25f, 4.25f, 2.25f, 5.25f}, turned.values());
    assertThrows(IllegalArgumentException.class, () -> turned.transposed(0, 0));
  }

  @Test
  void readsTheManifestWithinAModelsOwnFile() throws IOException {
    Files.write(folder.resolve("axis.bin"), new byte[] {3, 0, 0, 0, 0, 0, 0, 63});
    Path model =
        Files.writeString(
            folder.resolve("model.json"),
            """
            {"format": "graph-model", "weightsManifest": [{"paths": ["axis.bin"], "weights": [
              {"name": "axis", "shape": [], "dtype": "int32"},
              {"name": "half", "shape": [1], "dtype": "float32"}]}]}
            """);

    WeightManifest weights = WeightManifest.read(model);

    assertArrayEquals(new float[] {3}, weights.tensor("axis").values());
    assertArrayEquals(new float[] {0.5f}, weights.tensor("half").values());
  }

  @Test
  void namesTheShardThatIsCutShort() throws IOException {
    Files.write(folder.resolve("a-shard2"), new byte[12]);

    UserError refused = assertThrows(UserError.class, () -> WeightManifest.read(manifest));

    assertTrue(refused.getMessage().contains("a-shard2 ends within kernel"), refused.getMessage());
  }

  @Test
  void namesTheShardThatIsTooLong() throws IOException {
    Files.write(folder.resolve("b-shard1"), new byte[5]);

    UserError refused = assertThrows(UserError.class, () -> WeightManifest.read(manifest));

    assertTrue(refused.getMessage().contains("b-shard1 is 1 bytes longer"), refused.getMessage());
  }

  @Test
  void namesWhatIsAbsentOrOtherwise() throws IOException {
    WeightManifest weights = WeightManifest.read(manifest);
    assertTrue(message(() -> weights.tensor("bias")).contains("has no tensor bias"));
    assertTrue(message(() -> weights.tensor("kernel", 3, 2)).contains("shape [2, 3], not [3, 2]"));

    Files.delete(folder.resolve("b-shard1"));
    assertTrue(message(() -> WeightManifest.read(manifest)).contains("b-shard1 is not there"));
    assertTrue(message(() -> WeightManifest.read(folder.resolve("x"))).contains("x is not there"));

    Files.writeString(manifest, "{\"half\": ");
    assertTrue(message(() -> WeightManifest.read(manifest)).contains("not a weights manifest"));
    Files.writeString(manifest, MANIFEST.replace("uint8", "int32"));
    assertTrue(message(() -> WeightManifest.read(manifest)).contains("stored as int32"));
  }

  private static String message(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(UserError.class, action).getMessage();
  }
}
