package org.facestream.deploy.lab.convert;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * Convolutions, PReLUs and pools of one network, written so that ONNX Runtime keeps them in its
 * blocked layout (16 channels side by side) from the first to the last. It has no PReLU in that
 * layout and falls out of it at each one, at several times the cost of the convolutions; so a PReLU
 * of slope a is expressed by supported operators: convolutions of 1 × 1, ReLUs and sums.
 *
 * <ul>
 *   <li>{@link #convolve}: prelu(x) = (1 - a) · (relu(x) + a / (1 - a) · x). The factor 1 - a goes
 *       into the next kernel, so one depthwise convolution and one ReLU are left. It must be above
 *       0 where a maximum pool follows.
 *   <li>{@link #convolveAndPool}: the pool comes first, where there are fewer values. A rising
 *       PReLU (a ≥ 0) can trade places with a maximum; a falling one is max(x, a · x), so its pool
 *       is the maximum of the pools of x and of a · x, a further channel of the convolution. With p
 *       and q the two pools, max(p, q) = p + relu(q - p).
 * </ul>
 *
 * <p>Exact but for rounding. Channels are filled up to whole blocks with zeros.
 */
final class BlockedLayers {
  private static final int BLOCK = 16;

  /** The smallest distance of a slope from 1 at which its factor is divided by. */
  private static final float SEPARATE = 0.05f;

  private final GraphBuilder graph;
  private final WeightManifest weights;
  private String value;
  private int channels;

  /** Factors per channel that the next kernel must apply to the values. */
  private float[] factor;

  /**
   * @param value N × channels × height × width, pixels of 0 to 255
   */
  BlockedLayers(GraphBuilder graph, WeightManifest weights, String value, int channels) {
    this.graph = graph;
    this.weights = weights;
    this.value = value;
    this.channels = channels;
    this.factor = ones(channels);
  }

  /** The values so far, N × channels × height × width, to be multiplied with the factors. */
  String value() {
    return value;
  }

  /** Channels of the values, including those that only fill a block. */
  int channels() {
    return channels;
  }

  /** Factors per channel for {@link #value}. */
  float[] factor() {
    return factor.clone();
  }

  /**
   * A convolution without padding, and its PReLU.
   *
   * @param normalised whether the values are pixels still: (x - 127.5) / 128 goes into kernel and
   *     bias, which changes nothing because no padding meets the kernel
   */
  void convolve(String name, String alpha, int size, int in, int out, boolean normalised) {
    Kernel kernel = kernel(name, size, in, out, normalised);
    float[] slopes = Arrays.copyOf(weights.tensor(alpha, out).values(), blocks(out));
    convolution(name, kernel.filledTo(blocks(out), channels));
    channels = blocks(out);
    factor = new float[channels];
    float[] straight = new float[channels];
    for (int i = 0; i < channels; i++) {
      factor[i] = 1 - slopes[i];
      if (factor[i] < SEPARATE) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "slope %f of %s is not below 1: pool before it is applied",
                slopes[i],
                alpha));
      }
      straight[i] = slopes[i] / factor[i];
    }
    String rising = graph.node("Relu", name + "/rising", value);
    String scaled =
        graph.node(
            "Conv",
            name + "/straight",
            Map.of("group", channels),
            value,
            graph.floats(name + "/straight/kernel", straight, channels, 1, 1, 1),
            graph.floats(name + "/straight/bias", new float[channels], channels));
    value = graph.node("Add", name + "/activated", scaled, rising);
  }

  /** A convolution without padding, a maximum pool of stride 2, and the convolution's PReLU. */
  void convolveAndPool(
      String name, String alpha, int size, int in, int out, boolean normalised, Pool pool) {
    Kernel kernel = kernel(name, size, in, out, normalised);
    float[] slopes = weights.tensor(alpha, out).values();
    int falling = 0;
    for (float slope : slopes) {
      falling += slope < 0 ? 1 : 0;
    }
    int wide = blocks(out + falling);
    int narrow = blocks(out);
    Kernel all = kernel.filledTo(wide, channels);
    float[] bent = new float[narrow * wide];
    float[] straight = new float[narrow * wide];
    float[] after = ones(narrow);
    int further = out;
    for (int i = 0; i < out; i++) {
      int diagonal = i * wide + i;
      if (slopes[i] < 0) {
        all.repeat(i, further, slopes[i]);
        straight[diagonal] = 1;
        bent[diagonal] = -1;
        bent[i * wide + further] = 1;
        further++;
      } else if (slopes[i] <= 1) {
        straight[diagonal] = slopes[i];
        bent[diagonal] = 1 - slopes[i];
      } else {
        // It bends downwards, as no sum with a ReLU does: its negative goes on.
        straight[diagonal] = -slopes[i];
        bent[diagonal] = slopes[i] - 1;
        after[i] = -1;
      }
    }
    convolution(name, all);
    channels = wide;
    pool(name + "/pooled", pool);
    String rising =
        graph.node("Relu", name + "/rising", pointwise(name + "/bent", bent, narrow, wide));
    value =
        graph.node(
            "Add",
            name + "/activated",
            pointwise(name + "/straight", straight, narrow, wide),
            rising);
    channels = narrow;
    factor = after;
  }

  /**
   * The shape of a maximum pool of stride 2.
   *
   * @param size of its window
   * @param end by how much it reaches over the last row and column, for the last odd one
   */
  record Pool(int size, int end) {}

  void pool(String name, Pool pool) {
    value =
        graph.node(
            "MaxPool",
            name,
            Map.of(
                "kernel_shape",
                new long[] {pool.size(), pool.size()},
                "strides",
                new long[] {2, 2},
                "pads",
                new long[] {0, 0, pool.end(), pool.end()}),
            value);
  }

  /**
   * The last convolution, of 1 × 1, without PReLU.
   *
   * @param kernel outputs × inputs, without the inputs that only fill a block
   * @param bias one per output
   */
  void finish(String name, float[] kernel, float[] bias) {
    int out = bias.length;
    Kernel last = new Kernel(kernel.clone(), bias, out, kernel.length / out, 1);
    last.multiply(factor);
    convolution(name, last.filledTo(out, channels));
    channels = out;
    factor = ones(out);
  }

  private Kernel kernel(String name, int size, int in, int out, boolean normalised) {
    float[] values =
        weights.tensor(name + "/weights", size, size, in, out).transposed(3, 2, 1, 0).values();
    Kernel kernel =
        new Kernel(values, weights.tensor(name + "/bias", out).values().clone(), out, in, size);
    if (normalised) {
      kernel.normalise();
    }
    kernel.multiply(factor);
    return kernel;
  }

  private void convolution(String name, Kernel kernel) {
    value =
        graph.node(
            "Conv",
            name,
            value,
            graph.floats(
                name + "/kernel", kernel.values, kernel.out, kernel.in, kernel.size, kernel.size),
            graph.floats(name + "/bias", kernel.bias, kernel.out));
  }

  private String pointwise(String name, float[] kernel, int out, int in) {
    return graph.node(
        "Conv",
        name,
        value,
        graph.floats(name + "/kernel", kernel, out, in, 1, 1),
        graph.floats(name + "/bias", new float[out], out));
  }

  private static int blocks(int channels) {
    return (channels + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** A kernel, out × in × size × size, and its bias. */
  private record Kernel(float[] values, float[] bias, int out, int in, int size) {

    /** Folds the normalisation (x - 127.5) / 128 of pixels of 0 to 255 into a kernel. */
    void normalise() {
      int taps = values.length / out;
      for (int channel = 0; channel < out; channel++) {
        double sum = 0;
        for (int tap = channel * taps; tap < (channel + 1) * taps; tap++) {
          sum += values[tap];
          values[tap] /= 128;
        }
        bias[channel] = (float) (bias[channel] - sum * 127.5 / 128);
      }
    }

    /** Multiplies each input, which has at least that many factors. */
    void multiply(float[] factors) {
      int taps = size * size;
      for (int i = 0; i < values.length; i++) {
        values[i] *= factors[i / taps % in];
      }
    }

    /** The same with further outputs and inputs of zero. */
    Kernel filledTo(int newOut, int newIn) {
      float[] filled = new float[newOut * newIn * size * size];
      int row = in * size * size;
      for (int channel = 0; channel < out; channel++) {
        System.arraycopy(values, channel * row, filled, channel * newIn * size * size, row);
      }
      return new Kernel(filled, Arrays.copyOf(bias, newOut), newOut, newIn, size);
    }

    /** Makes an output a multiple of another. */
    void repeat(int channel, int as, float times) {
      int row = in * size * size;
      for (int i = 0; i < row; i++) {
        values[as * row + i] = times * values[channel * row + i];
      }
      bias[as] = times * bias[channel];
    }
  }
}
