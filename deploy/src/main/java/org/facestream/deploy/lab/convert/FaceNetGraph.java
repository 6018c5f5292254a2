package org.facestream.deploy.lab.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.facestream.deploy.lab.convert.FrozenGraph.Attribute;
import org.facestream.deploy.lab.convert.FrozenGraph.Node;

/**
 * FaceNet's network (Schroff et al., 2015) in the form of D. Sandberg's Inception-ResNet-v1
 * (Szegedy et al., 2016): 132 convolutions, whose output is a descriptor of 512 values.
 *
 * <p>Input {@code faces}: N × 160 × 160 × 3, 8 bits, red first. Output {@code descriptors}: N × 512
 * floats, not yet of length 1.
 *
 * <p>The frozen graph is followed from its output to its input, node by node; whatever this class
 * does not know is refused by name. What multiplies a convolution's output goes into its kernel:
 * the weight of a residual, the batch normalisation of the bottleneck, and the normalisation of
 * colours, exactly, because the first convolution is not padded.
 */
final class FaceNetGraph {
  private static final int SIDE = 160;
  private static final int VALUES = 512;

  /** The author's fixed standardisation: (x - 127.5) / 128. */
  private static final double MEAN_COLOUR = 127.5;

  private static final double COLOUR_RANGE = 128;

  private final FrozenGraph frozen;
  private final boolean compact;
  private final GraphBuilder graph;
  private final Map<String, String> written = new HashMap<>();

  private FaceNetGraph(FrozenGraph frozen, String about, boolean compact) {
    this.frozen = frozen;
    this.compact = compact;
    graph = new GraphBuilder("facenet", about);
  }

  /**
   * The bytes of the ONNX file.
   *
   * @param compact whether weights are stored in 8 bits each, not in 32
   */
  static byte[] build(FrozenGraph frozen, String about, boolean compact) {
    return new FaceNetGraph(frozen, about, compact).build();
  }

  private byte[] build() {
    String faces = graph.input("faces", GraphBuilder.Type.UINT8, List.of("batch", SIDE, SIDE, 3));
    String planes =
        graph.node("Transpose", "planes", Map.of("perm", new long[] {0, 3, 1, 2}), faces);
    int floatType = 1;
    graph.node("Cast", "colours", Map.of("to", floatType), planes);
    bottleneck(beforeLengthOne(frozen.require(frozen.node("embeddings"), "Mul")));
    graph.output("descriptors", GraphBuilder.Type.FLOAT, List.of("batch", VALUES));
    return graph.build();
  }

  /**
   * What x · rsqrt(max(sum(x²), tiny)) is made of: the caller's definition brings it to length 1.
   */
  private Node beforeLengthOne(Node embeddings) {
    Node root = frozen.input(embeddings, 1, "Rsqrt");
    Node sum = frozen.input(frozen.input(root, 0, "Maximum"), 0, "Sum");
    Node square = frozen.input(sum, 0, "Square");
    Node values = frozen.input(embeddings, 0, "Reshape");
    if (!frozen.input(square, 0).equals(values)) {
      throw frozen.refused(embeddings, "does not divide by the length of what it multiplies");
    }
    return frozen.input(values, 0, "FusedBatchNorm");
  }

  /** The mean over all places, the dense layer and its batch normalisation. */
  private void bottleneck(Node batchNorm) {
    float[] scale = frozen.constant(batchNorm, 1).values();
    float[] offset = frozen.constant(batchNorm, 2).values();
    float[] mean = frozen.constant(batchNorm, 3).values();
    float[] variance = frozen.constant(batchNorm, 4).values();
    float epsilon = batchNorm.attribute("epsilon").number();
    Node dense = frozen.input(frozen.input(batchNorm, 0, "Reshape"), 0, "MatMul");
    WeightTensor weights = frozen.constant(dense, 1).transposed(1, 0);
    if (weights.shape().get(0) != VALUES) {
      throw frozen.refused(
          dense, String.format(Locale.ROOT, "gives %d values", weights.shape().get(0)));
    }
    double[] factor = new double[VALUES];
    float[] bias = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      factor[i] = scale[i] / Math.sqrt((double) variance[i] + epsilon);
      bias[i] = (float) (offset[i] - mean[i] * factor[i]);
    }
    String pooled = value(frozen.input(frozen.input(dense, 0, "Reshape"), 0, "AvgPool"));
    graph.node(
        "Gemm",
        "descriptors",
        Map.of("transB", 1),
        graph.node("Flatten", "vector", Map.of("axis", 1), pooled),
        weights(dense.name(), times(weights.values(), factor), weights.dimensions()),
        graph.floats(dense.name() + "/bias", bias, VALUES));
  }

  /** The name of the value that a node gives, which is written when it is first asked for. */
  private String value(Node node) {
    String known = written.get(node.name());
    if (known == null) {
      known = write(node);
      written.put(node.name(), known);
    }
    return known;
  }

  private String write(Node node) {
    switch (node.operator()) {
      case "Placeholder":
        return "colours";
      case "BiasAdd":
        return convolution(node, 1);
      case "Mul":
        float factor = frozen.constant(node, 0).values()[0];
        return convolution(frozen.input(node, 1, "BiasAdd"), factor);
      case "Relu":
        return graph.node("Relu", node.name(), value(frozen.input(node, 0)));
      case "Add":
        String kept = value(frozen.input(node, 0));
        return graph.node("Add", node.name(), kept, value(frozen.input(node, 1)));
      case "ConcatV2":
        return concatenation(node);
      case "MaxPool":
        return pool(node, "MaxPool");
      case "AvgPool":
        return pool(node, "AveragePool");
      default:
        throw frozen.refused(node, "is a %s, which FaceNet has not".formatted(node.operator()));
    }
  }

  private String convolution(Node biased, double factor) {
    Node node = frozen.input(biased, 0, "Conv2D");
    WeightTensor kernel = frozen.constant(node, 1).transposed(3, 2, 0, 1);
    long[] shape = kernel.dimensions();
    float[] bias = frozen.constant(biased, 1).values().clone();
    double[] factors = new double[bias.length];
    Arrays.fill(factors, factor);
    Node input = frozen.input(node, 0);
    boolean colours = input.operator().equals("Placeholder");
    boolean padded = padded(node);
    if (colours) {
      if (padded) {
        throw frozen.refused(node, "pads its colours, which leaves no place for their mean");
      }
      takeColours(kernel.values(), bias, factors);
    }
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) (bias[i] * factor);
    }
    long stride = window(node, "strides");
    if (padded && stride != 1) {
      throw frozen.refused(node, "pads and leaps");
    }
    long high = padded ? shape[2] / 2 : 0;
    long wide = padded ? shape[3] / 2 : 0;
    float[] values = times(kernel.values(), factors);
    return graph.node(
        "Conv",
        node.name(),
        Map.of(
            "kernel_shape", new long[] {shape[2], shape[3]},
            "strides", new long[] {stride, stride},
            "pads", new long[] {high, wide, high, wide}),
        value(input),
        // The first kernel is small, and what it loses all the others get to see.
        colours
            ? graph.floats(node.name() + "/weight", values, shape)
            : weights(node.name(), values, shape),
        graph.floats(node.name() + "/bias", bias, bias.length));
  }

  /** Lets a kernel take colours of 0 to 255 for (x - 127.5) / 128. */
  private static void takeColours(float[] kernel, float[] bias, double[] factors) {
    int row = kernel.length / bias.length;
    for (int i = 0; i < bias.length; i++) {
      double sum = 0;
      for (int tap = i * row; tap < (i + 1) * row; tap++) {
        sum += kernel[tap];
      }
      bias[i] = (float) (bias[i] - sum * MEAN_COLOUR / COLOUR_RANGE);
      factors[i] /= COLOUR_RANGE;
    }
  }

  private String weights(String name, float[] values, long... shape) {
    return compact
        ? ChannelCodes.constant(graph, name + "/weight", values, shape)
        : graph.floats(name + "/weight", values, shape);
  }

  private String concatenation(Node node) {
    int last = node.inputs().size() - 1;
    if (frozen.constant(node, last).values()[0] != 3) {
      throw frozen.refused(node, "does not lay channels side by side");
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < last; i++) {
      parts.add(value(frozen.input(node, i)));
    }
    return graph.node("Concat", node.name(), Map.of("axis", 1), parts.toArray(String[]::new));
  }

  private String pool(Node node, String operator) {
    if (padded(node)) {
      throw frozen.refused(node, "pads");
    }
    long size = window(node, "ksize");
    long stride = window(node, "strides");
    return graph.node(
        operator,
        node.name(),
        Map.of("kernel_shape", new long[] {size, size}, "strides", new long[] {stride, stride}),
        value(frozen.input(node, 0)));
  }

  /** Whether zeros are laid around, so that the side stays; otherwise none are. */
  private boolean padded(Node node) {
    String padding = node.attribute("padding").text();
    if (!padding.equals("SAME") && !padding.equals("VALID")) {
      throw frozen.refused(node, "has padding " + padding);
    }
    return padding.equals("SAME");
  }

  /** Height, which is also the width, of something given for batch, height, width and channel. */
  private long window(Node node, String attribute) {
    Attribute window = node.attribute(attribute);
    List<Long> list = window.list();
    if (list.size() != 4 || !list.equals(List.of(1L, list.get(1), list.get(1), 1L))) {
      throw frozen.refused(node, "has %s %s".formatted(attribute, list));
    }
    return list.get(1);
  }

  /** Each row, of which there is one per factor, multiplied. */
  private static float[] times(float[] values, double[] factors) {
    int row = values.length / factors.length;
    float[] products = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      products[i] = (float) (values[i] * factors[i / row]);
    }
    return products;
  }
}
