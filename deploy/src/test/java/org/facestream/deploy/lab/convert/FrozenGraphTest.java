package org.facestream.deploy.lab.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.facestream.deploy.lab.convert.FrozenGraph.Node;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenGraphTest {
  @TempDir Path folder;

  /** Writes one message's fields. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static ByteString message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static ByteString attribute(String name, Fields value) throws IOException {
    ByteString written = message(value);
    return message(
        out -> {
          out.writeString(1, name);
          out.writeBytes(2, written);
        });
  }

  private static ByteString node(
      String name, String operator, List<String> inputs, ByteString... attributes)
      throws IOException {
    return message(
        out -> {
          out.writeString(1, name);
          out.writeString(2, operator);
          for (String input : inputs) {
            out.writeString(3, input);
          }
          out.writeString(4, "/device:GPU:0");
          for (ByteString attribute : attributes) {
            out.writeBytes(5, attribute);
          }
        });
  }

  private static ByteString tensor(int type, Fields values, int... shape) throws IOException {
    ByteString dimensions =
        message(
            out -> {
              for (int size : shape) {
                out.writeBytes(2, message(dimension -> dimension.writeInt64(1, size)));
              }
            });
    ByteString tensor =
        message(
            out -> {
              out.writeEnum(1, type);
              out.writeBytes(2, dimensions);
              values.write(out);
            });
    return attribute("value", out -> out.writeBytes(8, tensor));
  }

  private static Fields content(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return out -> out.writeBytes(4, ByteString.copyFrom(bytes));
  }

  private Path write(ByteString... nodes) throws IOException {
    ByteString graph =
        message(
            out -> {
              for (ByteString node : nodes) {
                out.writeBytes(1, node);
              }
              out.writeBytes(2, ByteString.EMPTY);
            });
    return Files.write(folder.resolve("graph.pb"), graph.toByteArray());
  }

  @Test
  void readsNodesAndWhatTheyAreSetTo() throws IOException {
    ByteString strides =
        message(out -> out.writeBytes(3, ByteString.copyFrom(new byte[] {1, 2, 2, 1})));
    Path file =
        write(
            node("x", "Placeholder", List.of()),
            node(
                "y",
                "Conv2D",
                List.of("x:0", "^x", "w"),
                attribute("strides", out -> out.writeBytes(1, strides)),
                attribute("padding", out -> out.writeString(2, "SAME")),
                attribute("epsilon", out -> out.writeFloat(4, 0.25f)),
                attribute("is_training", out -> out.writeBool(5, true))));

    FrozenGraph graph = FrozenGraph.read(file);
    Node node = graph.node("y");

    assertEquals("Conv2D", node.operator());
    assertEquals(List.of("x", "w"), node.inputs());
    assertEquals(List.of(1L, 2L, 2L, 1L), node.attribute("strides").list());
    assertEquals("SAME", node.attribute("padding").text());
    assertEquals(0.25f, node.attribute("epsilon").number());
    assertTrue(node.attribute("is_training").flag());
    assertFalse(node.attribute("padding").flag());
    assertEquals("x", graph.input(node, 0, "Placeholder").name());
    assertThrows(UserError.class, () -> node.attribute("data_format"));
    assertThrows(UserError.class, () -> graph.input(node, 0, "Const"));
    assertThrows(UserError.class, () -> graph.input(node, 1));
    assertThrows(UserError.class, () -> graph.input(node, 2));
  }

  @Test
  void readsConstantsInEachWayOfWritingThem() throws IOException {
    ByteString packed =
        message(
            out -> {
              out.writeFloatNoTag(3);
              out.writeFloatNoTag(4);
            });
    Path file =
        write(
            node("whole", "Const", List.of(), tensor(1, content(1, 2, 3, 4, 5, 6), 2, 3)),
            node("equal", "Const", List.of(), tensor(1, out -> out.writeFloat(5, 7), 3)),
            node("packed", "Const", List.of(), tensor(1, out -> out.writeBytes(5, packed), 4)),
            node("axis", "Const", List.of(), tensor(3, out -> out.writeInt32(7, 3))),
            node("text", "Const", List.of(), tensor(7, out -> out.writeString(8, "a"), 1)),
            node("reader", "Any", List.of("whole", "equal", "packed", "axis", "text")));

    FrozenGraph graph = FrozenGraph.read(file);
    Node reader = graph.node("reader");
    WeightTensor whole = graph.constant(reader, 0);

    assertEquals(List.of(2, 3), whole.shape());
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, whole.values());
    assertArrayEquals(new float[] {7, 7, 7}, graph.constant(reader, 1).values());
    assertArrayEquals(new float[] {3, 4, 4, 4}, graph.constant(reader, 2).values());
    assertArrayEquals(new float[] {3}, graph.constant(reader, 3).values());
    UserError refused = assertThrows(UserError.class, () -> graph.constant(reader, 4));
    assertTrue(refused.getMessage().contains("text"), refused.getMessage());
  }

  @Test
  void aFileCutShortIsNamedWhereverItIsCut() throws IOException {
    Path file =
        write(
            node("embeddings", "Const", List.of(), tensor(1, content(1, 2, 3, 4, 5, 6), 2, 3)),
            node("last", "Relu", List.of("embeddings")));
    byte[] whole = Files.readAllBytes(file);

    int afterTheNodes = 2;
    for (int length = 0; length < whole.length - afterTheNodes; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      UserError refused =
          assertThrows(UserError.class, () -> FrozenGraph.read(file).node("last"), "" + length);
      assertTrue(refused.getMessage().contains("graph.pb"), refused.getMessage());
      assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    }
  }

  @Test
  void somethingElseIsNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("graph.pb"), "{\"format\": \"graph-model\"}");

    UserError refused = assertThrows(UserError.class, () -> FrozenGraph.read(text));
    assertTrue(refused.getMessage().contains("graph.pb"), refused.getMessage());
    refused = assertThrows(UserError.class, () -> FrozenGraph.read(folder.resolve("none.pb")));
    assertTrue(refused.getMessage().contains("none.pb"), refused.getMessage());
  }

  @Test
  void aNetworkThatIsNotFaceNetIsRefusedByTheNodeThatTells() throws IOException {
    Path file =
        write(node("x", "Placeholder", List.of()), node("embeddings", "Softmax", List.of("x")));
    FrozenGraph graph = FrozenGraph.read(file);

    UserError refused =
        assertThrows(UserError.class, () -> FaceNetGraph.build(graph, "about", true));

    assertTrue(refused.getMessage().contains("embeddings is a Softmax"), refused.getMessage());
  }
}
