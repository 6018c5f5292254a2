package org.facestream.deploy.lab.convert;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One named tensor of a {@link WeightManifest}.
 *
 * @param name as in the manifest, for example {@code pnet/conv1/weights}
 * @param shape its dimensions, outermost first; empty for a scalar
 * @param values the values in row-major order, dequantised if the file contains codes
 * @param quantized the stored codes, if the file contains codes
 */
public record WeightTensor(
    String name, List<Integer> shape, float[] values, Optional<Quantized> quantized) {

  /**
   * Values stored as one byte each: {@code value = code * scale + minimum}, a code in 0 to 255.
   *
   * @param codes unsigned bytes in row-major order
   */
  public record Quantized(byte[] codes, double scale, double minimum) {}

  public WeightTensor {
    shape = List.copyOf(shape);
    int size = shape.stream().reduce(1, Math::multiplyExact);
    if (values.length != size) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d values, its shape %s needs %d",
              name,
              values.length,
              shape,
              size));
    }
  }

  /** The number of values. */
  public int size() {
    return values.length;
  }

  /** The shape as ONNX writes dimensions. */
  public long[] dimensions() {
    return shape.stream().mapToLong(Integer::longValue).toArray();
  }

  /**
   * The values with the axes in another order.
   *
   * @param axes for each axis of the result, the axis of this tensor it comes from: (3, 2, 0, 1)
   *     makes (output, input, height, width) of (height, width, input, output)
   */
  public WeightTensor transposed(int... axes) {
    int[] sorted = axes.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted.length != shape.size() || sorted[i] != i) {
        throw new IllegalArgumentException(
            "%s of shape %s has no axes %s".formatted(name, shape, Arrays.toString(axes)));
      }
    }
    int rank = axes.length;
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.get(axis);
    }
    float[] moved = new float[values.length];
    byte[] movedCodes = new byte[quantized.isPresent() ? values.length : 0];
    int[] index = new int[rank];
    for (int to = 0; to < moved.length; to++) {
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from += index[axis] * strides[axes[axis]];
      }
      moved[to] = values[from];
      if (quantized.isPresent()) {
        movedCodes[to] = quantized.get().codes()[from];
      }
      for (int axis = rank - 1; axis >= 0; axis--) {
        if (++index[axis] < shape.get(axes[axis])) {
          break;
        }
        index[axis] = 0;
      }
    }
    return new WeightTensor(
        name,
        Arrays.stream(axes).mapToObj(shape::get).toList(),
        moved,
        quantized.map(codes -> new Quantized(movedCodes, codes.scale(), codes.minimum())));
  }
}
