package org.facestream.deploy.lab.convert;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.lab.convert.FrozenGraph.Attribute;
import org.facestream.deploy.lab.convert.FrozenGraph.Node;
import org.jspecify.annotations.Nullable;

/**
 * Reads what frozen graphs hold of TensorFlow's {@code graph.proto}, {@code node_def.proto}, {@code
 * attr_value.proto} and {@code tensor.proto}; TensorFlow's own classes would be a hundred times as
 * much as these numbers of fields.
 */
final class GraphDefParser {
  private static final int FLOAT = 1;
  private static final int INT32 = 3;

  /**
   * One parse of a message's field; {@code tag} is as {@link CodedInputStream#readTag} gives it.
   */
  @FunctionalInterface
  private interface Field {
    void read(int field, int tag, CodedInputStream in) throws IOException;
  }

  private GraphDefParser() {}

  /**
   * The nodes of a graph by name, in the order of the file.
   *
   * @param graphDef the whole message
   * @throws IOException where it is cut short or something else
   * @throws IllegalArgumentException where a node lacks what it must have
   */
  static Map<String, Node> nodes(byte[] graphDef) throws IOException {
    Map<String, Node> nodes = new LinkedHashMap<>();
    fields(
        CodedInputStream.newInstance(graphDef),
        (field, tag, graph) -> {
          if (field == 1) {
            Node node = node(graph.readBytes());
            nodes.put(node.name(), node);
          } else {
            graph.skipField(tag);
          }
        });
    return nodes;
  }

  private static Node node(ByteString message) throws IOException {
    String[] names = new String[2];
    List<String> inputs = new ArrayList<>();
    Map<String, Attribute> attributes = new HashMap<>();
    fields(
        message.newCodedInput(),
        (field, tag, in) -> {
          switch (field) {
            case 1, 2 -> names[field - 1] = in.readString();
            case 3 -> inputs.add(in.readString().replaceFirst(":0$", ""));
            case 5 -> readEntry(in.readBytes(), attributes);
            default -> in.skipField(tag);
          }
        });
    if (names[0] == null || names[1] == null) {
      throw new IllegalArgumentException("a node has no name or no kind");
    }
    // A caret marks an order of execution: it carries no value.
    inputs.removeIf(input -> input.startsWith("^"));
    return new Node(names[0], names[1], List.copyOf(inputs), Map.copyOf(attributes));
  }

  private static void readEntry(ByteString message, Map<String, Attribute> attributes)
      throws IOException {
    String[] key = {""};
    ByteString[] value = {ByteString.EMPTY};
    fields(
        message.newCodedInput(),
        (field, tag, in) -> {
          switch (field) {
            case 1 -> key[0] = in.readString();
            case 2 -> value[0] = in.readBytes();
            default -> in.skipField(tag);
          }
        });
    attributes.put(key[0], attribute(key[0], value[0]));
  }

  private static Attribute attribute(String name, ByteString message) throws IOException {
    List<Long> list = new ArrayList<>();
    String[] text = {""};
    float[] number = {0};
    boolean[] flag = {false};
    WeightTensor[] tensor = {null};
    fields(
        message.newCodedInput(),
        (field, tag, in) -> {
          switch (field) {
            case 1 -> readList(in.readBytes(), list);
            case 2 -> text[0] = in.readString();
            case 4 -> number[0] = in.readFloat();
            case 5 -> flag[0] = in.readBool();
            case 8 -> tensor[0] = tensor(name, in.readBytes());
            default -> in.skipField(tag);
          }
        });
    return new Attribute(
        List.copyOf(list), text[0], number[0], flag[0], Optional.ofNullable(tensor[0]));
  }

  private static void readList(ByteString message, List<Long> list) throws IOException {
    fields(
        message.newCodedInput(),
        (field, tag, in) -> {
          if (field != 3) {
            in.skipField(tag);
          } else {
            repeated(tag, in, () -> list.add(in.readInt64()));
          }
        });
  }

  /** A tensor of floats or whole numbers; of another type, none. */
  private static @Nullable WeightTensor tensor(String name, ByteString message) throws IOException {
    int[] type = {0};
    List<Integer> shape = new ArrayList<>();
    ByteString[] content = {ByteString.EMPTY};
    List<Float> values = new ArrayList<>();
    fields(
        message.newCodedInput(),
        (field, tag, in) -> {
          switch (field) {
            case 1 -> type[0] = in.readEnum();
            case 2 -> readShape(in.readBytes(), shape);
            case 4 -> content[0] = in.readBytes();
            case 5 -> repeated(tag, in, () -> values.add(in.readFloat()));
            case 7 -> repeated(tag, in, () -> values.add((float) in.readInt32()));
            default -> in.skipField(tag);
          }
        });
    if (type[0] != FLOAT && type[0] != INT32) {
      return null;
    }
    if (!content[0].isEmpty()) {
      return new WeightTensor(name, shape, values(content[0], type[0]), Optional.empty());
    }
    // A tensor that ends in equal values is written up to the first of them.
    float[] all = new float[shape.stream().reduce(1, Math::multiplyExact)];
    for (int i = 0; i < all.length && !values.isEmpty(); i++) {
      all[i] = values.get(Math.min(i, values.size() - 1));
    }
    return new WeightTensor(name, shape, all, Optional.empty());
  }

  private static float[] values(ByteString content, int type) {
    ByteBuffer bytes = content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[content.size() / Float.BYTES];
    if (type == FLOAT) {
      bytes.asFloatBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.getInt();
      }
    }
    return values;
  }

  private static void readShape(ByteString message, List<Integer> shape) throws IOException {
    fields(
        message.newCodedInput(),
        (field, tag, in) -> {
          if (field != 2) {
            in.skipField(tag);
            return;
          }
          long[] size = {0};
          fields(
              in.readBytes().newCodedInput(),
              (part, partTag, dimension) -> {
                if (part == 1) {
                  size[0] = dimension.readInt64();
                } else {
                  dimension.skipField(partTag);
                }
              });
          shape.add(Math.toIntExact(size[0]));
        });
  }

  private static void fields(CodedInputStream in, Field reader) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      reader.read(WireFormat.getTagFieldNumber(tag), tag, in);
    }
  }

  @FunctionalInterface
  private interface Element {
    void read() throws IOException;
  }

  /** Numbers one by one, or packed into one field. */
  private static void repeated(int tag, CodedInputStream in, Element element) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      element.read();
      return;
    }
    int limit = in.pushLimit(in.readRawVarint32());
    while (in.getBytesUntilLimit() > 0) {
      element.read();
    }
    in.popLimit(limit);
  }
}
