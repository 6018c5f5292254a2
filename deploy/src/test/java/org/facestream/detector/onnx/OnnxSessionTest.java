package org.facestream.detector.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.convert.GraphBuilder;
import org.facestream.deploy.lab.convert.GraphBuilder.Type;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.DeviceException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("bare")
class OnnxSessionTest {
  @TempDir Path folder;

  @Test
  void runsIntoTheCallersMemory() {
    try (OnnxSession session = OnnxSession.open(doubling(), Device.CPU, 1, input(1, 2))) {
      FloatBuffer into = floats(3);
      session.run(input(1, 2, 250), List.of(new TensorBuffer(into, 3)));

      assertEquals(List.of("doubled"), session.outputs());
      assertEquals(2, into.get(0));
      assertEquals(500, into.get(2));
      assertArrayEquals(new float[] {8}, session.run(input(4)).get(0));
      assertTrue(session.nanos() > 0);
      assertThrows(
          IllegalStateException.class,
          () -> session.run(input(1, 2), List.of(new TensorBuffer(floats(3), 3))));
    }
  }

  @Test
  void closesOnce() {
    OnnxSession session = OnnxSession.open(doubling(), Device.CPU, 1, input(1));
    session.close();
    session.close();
  }

  @Test
  void namesTheFileThatIsCutShortOrAltered() throws IOException {
    ModelFile model = doubling();
    Path file = Files.write(folder.resolve("a.onnx"), model.bytes());
    assertArrayEquals(model.bytes(), ModelFile.file(file, model.sha256()).bytes());

    Files.write(file, Arrays.copyOf(model.bytes(), 40));
    String message =
        assertThrows(UserError.class, () -> ModelFile.file(file, model.sha256())).getMessage();
    assertTrue(message.contains("a.onnx is incomplete or changed (40 bytes"), message);
    message =
        assertThrows(
                UserError.class,
                () -> OnnxSession.open(ModelFile.file(file), Device.CPU, 1, input(1)))
            .getMessage();
    assertTrue(message.contains("a.onnx cannot be loaded"), message);
    message =
        assertThrows(
                UserError.class,
                () -> ModelFile.resource(OnnxSessionTest.class, "none.onnx", model.sha256()))
            .getMessage();
    assertTrue(message.contains("none.onnx is not in the jar"), message);
  }

  @Test
  void refusesCudaWhereThereIsNoneAndFallsBackOnlyWhenAsked() {
    assumeFalse(Files.exists(Path.of("/proc/driver/nvidia/version")), "this machine has a GPU");

    String message =
        assertThrows(
                UserError.class, () -> OnnxSession.open(doubling(), Device.cuda(0), 1, input(1)))
            .getMessage();
    assertTrue(message.startsWith("device cuda:0 needs "), message);
    try (OnnxSession session = OnnxSession.open(doubling(), Device.AUTO, 1, input(1))) {
      assertEquals(Device.CPU, session.device());
    }
  }

  @Test
  void aDeviceThatDoesNotEvenRunWhatItOnceRanIsToldFromAnInputThatDoesNotFit() {
    try (OnnxSession session = OnnxSession.open(tiring(2), Device.CPU, 1, input(1))) {
      assertArrayEquals(new float[] {4}, session.run(input(4)).get(0));
      for (int i = 0; i < 3; i++) {
        DeviceException lost = assertThrows(DeviceException.class, () -> session.run(input(4)));
        assertFalse(lost.onThisInputOnly(), lost::getMessage);
      }
    }
    try (OnnxSession session = OnnxSession.open(picky(), Device.CPU, 1, input(1))) {
      for (int i = 0; i < 3; i++) {
        DeviceException here = assertThrows(DeviceException.class, () -> session.run(input(7)));
        assertTrue(here.onThisInputOnly(), here::getMessage);
        assertArrayEquals(new float[] {1}, session.run(input(1)).get(0));
      }
    }
  }

  /**
   * Runs so many times, and never again, like a device that is lost: of two generators of the same
   * numbers one takes n a run and the other n + 1, which have a number in common in n runs.
   */
  private static ModelFile tiring(int runs) {
    GraphBuilder graph = new GraphBuilder("tiring", "Tires.");
    String in = graph.input("in", Type.UINT8, List.of("n"));
    String equal =
        graph.node("Equal", "equal", random(graph, "a", runs, 1), random(graph, "b", 1, runs + 1));
    String any =
        graph.node("ReduceMax", "any", graph.node("Cast", "equal_1", Map.of("to", 7), equal));
    String size =
        graph.node(
            "Sub",
            "size",
            graph.longs("two", new long[] {2}, 1),
            graph.node("Reshape", "any_1", any, graph.longs("one", new long[] {1}, 1)));
    adding(graph, in, size);
    return model(graph);
  }

  private static String random(GraphBuilder graph, String name, long... shape) {
    return graph.node("RandomUniform", name, Map.of("shape", shape, "seed", 7f));
  }

  /** Takes 1 and fails at any other value, and not because of its shape. */
  private static ModelFile picky() {
    GraphBuilder graph = new GraphBuilder("picky", "Picks.");
    String in = graph.input("in", Type.UINT8, List.of("n"));
    adding(graph, in, graph.node("Cast", "size", Map.of("to", 7), in));
    return model(graph);
  }

  /** Adds nothing, of a size that must be 1. */
  private static void adding(GraphBuilder graph, String in, String size) {
    String nothing = graph.node("Reshape", "nothing", graph.floats("zero", new float[1], 1), size);
    graph.node("Add", "out", graph.node("Cast", "values", Map.of("to", 1), in), nothing);
    graph.output("out", Type.FLOAT, List.of("n"));
  }

  private static ModelFile doubling() {
    GraphBuilder graph = new GraphBuilder("double", "Doubles.");
    String in = graph.input("in", Type.UINT8, List.of("n"));
    String values = graph.node("Cast", "values", Map.of("to", 1), in);
    graph.node("Add", "doubled", values, values);
    graph.output("doubled", Type.FLOAT, List.of("n"));
    return model(graph);
  }

  private static ModelFile model(GraphBuilder graph) {
    byte[] bytes = graph.build();
    return new ModelFile("double.onnx", bytes, ModelFile.digest(bytes));
  }

  private static TensorBuffer input(int... values) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(values.length);
    for (int value : values) {
      buffer.put((byte) value);
    }
    return new TensorBuffer(buffer.flip(), values.length);
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
