package org.facestream.deploy.lab.convert;

import java.util.Arrays;
import java.util.Map;

/**
 * Weights in a quarter of the room: each output channel has 256 levels of its own, evenly from its
 * least weight to its greatest. Operators on constants, which ONNX Runtime works out once when it
 * loads the file, make floats of them; {@code DequantizeLinear} it would keep.
 */
final class ChannelCodes {
  private static final int LEVELS = 256;

  private ChannelCodes() {}

  /**
   * Adds a constant and returns its name.
   *
   * @param shape the first dimension is the output channel
   */
  static String constant(GraphBuilder graph, String name, float[] weights, long... shape) {
    int channels = (int) shape[0];
    int row = weights.length / channels;
    byte[] codes = new byte[weights.length];
    float[] step = new float[channels];
    float[] least = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      encode(weights, channel * row, row, channel, codes, step, least);
    }
    long[] perChannel = new long[shape.length];
    Arrays.fill(perChannel, 1);
    perChannel[0] = channels;
    int floatType = 1;
    String levels =
        graph.node(
            "Cast",
            name + "/levels",
            Map.of("to", floatType),
            graph.bytes(name + "/codes", codes, shape));
    String steps =
        graph.node("Mul", name + "/steps", levels, graph.floats(name + "/step", step, perChannel));
    return graph.node("Add", name, steps, graph.floats(name + "/least", least, perChannel));
  }

  private static void encode(
      float[] weights,
      int from,
      int count,
      int channel,
      byte[] codes,
      float[] step,
      float[] least) {
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      low = Math.min(low, weights[i]);
      high = Math.max(high, weights[i]);
    }
    least[channel] = low;
    step[channel] = (high - low) / (LEVELS - 1);
    for (int i = from; i < from + count && high > low; i++) {
      codes[i] = (byte) Math.round((weights[i] - low) / step[channel]);
    }
  }
}
