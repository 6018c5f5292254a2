package org.facestream.deploy.lab.convert;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Builds an ONNX model node by node, with initializers given as Java arrays. The same calls result
 * in the same bytes.
 *
 * <p>A node is named after its first output, so names of values must be unique in the graph.
 */
public final class GraphBuilder {
  /** A version that ONNX Runtime supports since 1.14. */
  private static final long OPERATOR_SET = 17;

  private static final long INTERMEDIATE_REPRESENTATION = 8;

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final ModelProto.Builder model =
      ModelProto.newBuilder()
          .setIrVersion(INTERMEDIATE_REPRESENTATION)
          .setProducerName("facestream")
          .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET));
  private final Set<String> values = new HashSet<>();

  /** Types of the graph's inputs and outputs. */
  public enum Type {
    FLOAT(TensorProto.DataType.FLOAT),
    UINT8(TensorProto.DataType.UINT8);

    private final TensorProto.DataType data;

    Type(TensorProto.DataType data) {
      this.data = data;
    }
  }

  /**
   * @param name of the graph
   * @param about one sentence for the model's metadata: its content and the origin of its weights
   */
  public GraphBuilder(String name, String about) {
    graph.setName(name);
    model.setDocString(about);
  }

  /** Adds an entry to the model's metadata. */
  public GraphBuilder metadata(String key, String value) {
    model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    return this;
  }

  /**
   * Declares an input of the graph and returns its name.
   *
   * @param shape a {@link Number} for a fixed dimension, a {@link String} for one that varies
   */
  public String input(String name, Type type, List<?> shape) {
    graph.addInput(value(name, type, shape));
    return fresh(name);
  }

  /** Declares a value as an output of the graph. */
  public void output(String name, Type type, List<?> shape) {
    graph.addOutput(value(name, type, shape));
  }

  /** Adds a float32 constant and returns its name. */
  public String floats(String name, float[] data, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(data.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(data);
    return constant(name, TensorProto.DataType.FLOAT, raw, data.length, shape);
  }

  /** Adds a float32 constant of a tensor's values and shape and returns its name. */
  public String floats(String name, WeightTensor tensor) {
    return floats(name, tensor.values(), tensor.dimensions());
  }

  /** Adds an int64 constant and returns its name. */
  public String longs(String name, long[] data, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(data.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(data);
    return constant(name, TensorProto.DataType.INT64, raw, data.length, shape);
  }

  /** Adds a uint8 constant and returns its name. */
  public String bytes(String name, byte[] data, long... shape) {
    return constant(name, TensorProto.DataType.UINT8, ByteBuffer.wrap(data), data.length, shape);
  }

  /** Adds a node of one output, without attributes, and returns the output's name. */
  public String node(String operator, String output, String... inputs) {
    return node(operator, output, Map.of(), inputs);
  }

  /**
   * Adds a node of one output and returns the output's name.
   *
   * @param attributes by name: {@code Long} or {@code Integer}, {@code Float}, {@code String},
   *     {@code long[]}, {@code float[]}
   * @param inputs names of earlier values; an empty name omits an optional input
   */
  public String node(String operator, String output, Map<String, ?> attributes, String... inputs) {
    nodes(operator, List.of(output), attributes, inputs);
    return output;
  }

  /** Adds a node of several outputs, for example {@code Split}. */
  public void nodes(
      String operator, List<String> outputs, Map<String, ?> attributes, String... inputs) {
    for (String input : inputs) {
      if (!input.isEmpty() && !values.contains(input)) {
        throw new IllegalArgumentException(
            "%s reads %s, which no node writes".formatted(outputs.get(0), input));
      }
    }
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(outputs.get(0))
            .addAllInput(Arrays.asList(inputs))
            .addAllOutput(outputs);
    new TreeMap<>(attributes).forEach((name, value) -> node.addAttribute(attribute(name, value)));
    outputs.forEach(this::fresh);
    graph.addNode(node);
  }

  /** The model as the bytes of a {@code .onnx} file. */
  public byte[] build() {
    ModelProto built = model.setGraph(graph).build();
    byte[] bytes = new byte[built.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      built.writeTo(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException("an array of the right size takes the model", impossible);
    }
    return bytes;
  }

  private String constant(
      String name, TensorProto.DataType type, ByteBuffer raw, int size, long[] shape) {
    long expected = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (expected != size) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d values, its shape %s needs %d",
              name,
              size,
              Arrays.toString(shape),
              expected));
    }
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(raw));
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    graph.addInitializer(tensor);
    return fresh(name);
  }

  private String fresh(String name) {
    if (!values.add(name)) {
      throw new IllegalArgumentException("the graph has a value " + name + " already");
    }
    return name;
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long || value instanceof Integer) {
      attribute.setType(AttributeProto.AttributeType.INT).setI(((Number) value).longValue());
    } else if (value instanceof Float real) {
      attribute.setType(AttributeProto.AttributeType.FLOAT).setF(real);
    } else if (value instanceof String text) {
      attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
    } else if (value instanceof long[] many) {
      attribute.setType(AttributeProto.AttributeType.INTS);
      Arrays.stream(many).forEach(attribute::addInts);
    } else if (value instanceof float[] many) {
      attribute.setType(AttributeProto.AttributeType.FLOATS);
      for (float one : many) {
        attribute.addFloats(one);
      }
    } else {
      throw new IllegalArgumentException(
          "attribute " + name + " cannot hold a " + value.getClass().getName());
    }
    return attribute.build();
  }

  private static ValueInfoProto value(String name, Type type, List<?> shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (Object dimension : shape) {
      if (dimension instanceof String free) {
        dimensions.addDimBuilder().setDimParam(free);
      } else {
        dimensions.addDimBuilder().setDimValue(((Number) dimension).longValue());
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.data.getNumber())
                        .setShape(dimensions)))
        .build();
  }
}
