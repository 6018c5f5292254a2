package org.facestream.deploy.lab.convert;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The residual network of 29 convolutions whose output is a descriptor of 128 values: dlib's {@code
 * dnn_face_recognition_ex} (D. E. King, 2017), a ResNet-34 (He et al., 2016) with fewer layers and
 * half the filters.
 *
 * <p>Input {@code faces}: N × 150 × 150 × 3, 8 bits, red first. Output {@code descriptors}: N × 128
 * floats, not of length 1.
 *
 * <p>Each convolution's scale and bias per channel are folded into it, and into the first one the
 * normalisation of colours too: that one is not padded, so the mean colour becomes a part of its
 * bias. Filters stay in their 8 bits; operators on constants, which ONNX Runtime works out once
 * when it loads the file, make floats of them.
 */
final class ResNet34Graph {
  private static final int SIDE = 150;
  private static final int VALUES = 128;

  /** Of red, green and blue; subtracted before the division by {@link #COLOUR_RANGE}. */
  private static final float[] MEAN_COLOUR = {122.782f, 117.001f, 104.298f};

  private static final double COLOUR_RANGE = 256;

  /** A residual block that keeps the side, or halves it, with this many channels. */
  private record Block(String name, int channels, boolean halves) {}

  private static final List<Block> BLOCKS =
      List.of(
          new Block("conv32_1", 32, false),
          new Block("conv32_2", 32, false),
          new Block("conv32_3", 32, false),
          new Block("conv64_down", 64, true),
          new Block("conv64_1", 64, false),
          new Block("conv64_2", 64, false),
          new Block("conv64_3", 64, false),
          new Block("conv128_down", 128, true),
          new Block("conv128_1", 128, false),
          new Block("conv128_2", 128, false),
          new Block("conv256_down", 256, true),
          new Block("conv256_1", 256, false),
          new Block("conv256_2", 256, false),
          new Block("conv256_down_out", 256, true));

  private final WeightManifest weights;
  private final GraphBuilder graph;

  private ResNet34Graph(WeightManifest weights, String about) {
    this.weights = weights;
    graph = new GraphBuilder("resnet34-128", about);
  }

  /** The bytes of the ONNX file. */
  static byte[] build(WeightManifest weights, String about) {
    return new ResNet34Graph(weights, about).build();
  }

  private byte[] build() {
    String faces = graph.input("faces", GraphBuilder.Type.UINT8, List.of("batch", SIDE, SIDE, 3));
    // Bytes are moved, not floats: a quarter of the memory.
    String planes =
        graph.node("Transpose", "planes", Map.of("perm", new long[] {0, 3, 1, 2}), faces);
    String features = relu(firstConvolution("conv32_down", toFloat("colours", planes)));
    features =
        graph.node(
            "MaxPool",
            "conv32_pool",
            Map.of("kernel_shape", new long[] {3, 3}, "strides", new long[] {2, 2}),
            features);
    int side = halved(halved(SIDE, 7), 3);
    int channels = 32;
    for (Block block : BLOCKS) {
      if (block.halves()) {
        features = halving(block, features, channels, side);
        side /= 2;
      } else {
        features = keeping(block, features);
      }
      channels = block.channels();
    }
    String mean = graph.node("GlobalAveragePool", "mean", features);
    String vector = graph.node("Flatten", "vector", Map.of("axis", 1), mean);
    String dense =
        constant("fc/weight", weights.tensor("fc", channels, VALUES), new float[] {1}, 1);
    graph.node("MatMul", "descriptors", vector, dense);
    graph.output("descriptors", GraphBuilder.Type.FLOAT, List.of("batch", VALUES));
    return graph.build();
  }

  private String keeping(Block block, String features) {
    int channels = block.channels();
    String inner = relu(convolution(block.name() + "/conv1", features, 1, 1, channels, channels));
    inner = convolution(block.name() + "/conv2", inner, 1, 1, channels, channels);
    return relu(graph.node("Add", block.name() + "/sum", inner, features));
  }

  /**
   * The shortcut is the mean of 2 × 2 places, with zeros for the channels that it lacks. Where the
   * side is even, the unpadded convolution comes out one short: zeros at the right and below.
   */
  private String halving(Block block, String features, int channels, int side) {
    String name = block.name();
    String inner = relu(convolution(name + "/conv1", features, 2, 0, channels, block.channels()));
    inner = convolution(name + "/conv2", inner, 1, 1, block.channels(), block.channels());
    String shortcut =
        graph.node(
            "AveragePool",
            name + "/mean",
            Map.of("kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2}),
            features);
    int missing = side / 2 - halved(side, 3);
    if (missing > 0) {
      inner = enlarged(name + "/inner", inner, block.channels(), missing);
    }
    if (block.channels() > channels) {
      shortcut = widened(name + "/shortcut", shortcut, channels, block.channels());
    }
    return relu(graph.node("Add", name + "/sum", inner, shortcut));
  }

  /** The side of what an unpadded window leaves when it moves by two. */
  private static int halved(int side, int window) {
    return (side - window) / 2 + 1;
  }

  private String convolution(String layer, String input, int stride, int pad, int in, int out) {
    WeightTensor filters = weights.tensor(layer + "/conv/filters", 3, 3, in, out);
    return convolution(layer, input, stride, pad, filters, new double[out], 1);
  }

  /** 7 × 7, by steps of two, over colours as they come: 0 to 255. */
  private String firstConvolution(String layer, String input) {
    WeightTensor filters = weights.tensor(layer + "/conv/filters", 7, 7, 3, 32);
    double[] meanResponse = new double[32];
    for (int i = 0; i < filters.size(); i++) {
      meanResponse[i % 32] += (double) filters.values()[i] * MEAN_COLOUR[i / 32 % 3];
    }
    return convolution(layer, input, 2, 0, filters, meanResponse, COLOUR_RANGE);
  }

  /**
   * @param shift what the filters give for an input's mean, for each output
   * @param range by which the input is to be divided
   */
  private String convolution(
      String layer,
      String input,
      int stride,
      int pad,
      WeightTensor filters,
      double[] shift,
      double range) {
    int outputs = shift.length;
    float[] biases = weights.tensor(layer + "/conv/bias", outputs).values();
    float[] scales = weights.tensor(layer + "/scale/weights", outputs).values();
    float[] offsets = weights.tensor(layer + "/scale/biases", outputs).values();
    float[] factor = new float[outputs];
    float[] bias = new float[outputs];
    for (int i = 0; i < outputs; i++) {
      factor[i] = (float) (scales[i] / range);
      bias[i] = (float) ((biases[i] - shift[i] / range) * scales[i] + offsets[i]);
    }
    long side = filters.dimensions()[0];
    return graph.node(
        "Conv",
        layer,
        Map.of(
            "kernel_shape", new long[] {side, side},
            "strides", new long[] {stride, stride},
            "pads", new long[] {pad, pad, pad, pad}),
        input,
        constant(layer + "/weight", filters.transposed(3, 2, 0, 1), factor, outputs, 1, 1, 1),
        graph.floats(layer + "/bias", bias, outputs));
  }

  /**
   * A tensor's values times {@code factor}, which has {@code factorShape} and is spread over them.
   */
  private String constant(String name, WeightTensor tensor, float[] factor, long... factorShape) {
    if (tensor.quantized().isEmpty()) {
      return graph.node(
          "Mul",
          name,
          graph.floats(name + "/values", tensor),
          graph.floats(name + "/factor", factor, factorShape));
    }
    WeightTensor.Quantized quantized = tensor.quantized().get();
    String codes = graph.bytes(name + "/codes", quantized.codes(), tensor.dimensions());
    String step = graph.floats(name + "/step", times(factor, quantized.scale()), factorShape);
    String least = graph.floats(name + "/least", times(factor, quantized.minimum()), factorShape);
    String steps = graph.node("Mul", name + "/steps", toFloat(name + "/levels", codes), step);
    return graph.node("Add", name, steps, least);
  }

  private static float[] times(float[] values, double factor) {
    float[] products = new float[values.length];
    IntStream.range(0, values.length).forEach(i -> products[i] = (float) (values[i] * factor));
    return products;
  }

  /**
   * Zeros as further channels. A convolution that copies does it, not a Pad: with a Pad in the
   * graph ONNX Runtime leaves its blocked layout for all the layers that follow.
   */
  private String widened(String name, String input, int from, int to) {
    byte[] copies = new byte[to * from];
    IntStream.range(0, from).forEach(channel -> copies[channel * from + channel] = 1);
    String weight = toFloat(name + "/copies", graph.bytes(name + "/codes", copies, to, from, 1, 1));
    return graph.node("Conv", name, Map.of("kernel_shape", new long[] {1, 1}), input, weight);
  }

  /** Zeros at the right and below; as a convolution for the same reason. */
  private String enlarged(String name, String input, int channels, int by) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    return graph.node(
        "Conv",
        name,
        Map.of(
            "kernel_shape", new long[] {1, 1},
            "pads", new long[] {0, 0, by, by},
            "group", channels),
        input,
        graph.floats(name + "/copies", ones, channels, 1, 1, 1));
  }

  private String toFloat(String name, String input) {
    int floatType = 1;
    return graph.node("Cast", name, Map.of("to", floatType), input);
  }

  private String relu(String input) {
    return graph.node("Relu", input + "/relu", input);
  }
}
