package org.facestream.recognizer.gallery.match;

import java.util.Locale;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Metric;

/**
 * Which descriptors can be compared with each other, and how.
 *
 * @param model name of the model that makes them
 * @param length how many values each has
 * @param metric how far apart two of them are
 */
public record DescriptorSpace(String model, int length, Metric metric) {

  public DescriptorSpace {
    if (length < 1) {
      throw new IllegalArgumentException("a descriptor has at least one value, not " + length);
    }
  }

  /** The descriptors of a model. */
  public static DescriptorSpace of(DescriptorModel model) {
    return new DescriptorSpace(model.name(), model.length(), model.metric());
  }

  /**
   * The descriptor as it is kept and compared: of length 1 when only its direction counts, so that
   * squared Euclidean distance orders both metrics. The given array is not changed.
   *
   * @throws IllegalArgumentException when it has another length than this space's
   */
  float[] prepare(float[] descriptor) {
    if (descriptor.length != length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a descriptor of %s has %d values, not %d",
              model,
              length,
              descriptor.length));
    }
    if (metric == Metric.EUCLIDEAN) {
      return descriptor;
    }
    double squares = 0;
    for (float value : descriptor) {
      squares += (double) value * value;
    }
    double norm = Math.sqrt(squares);
    float[] direction = new float[length];
    for (int i = 0; i < length; i++) {
      direction[i] = (float) (descriptor[i] / norm);
    }
    return direction;
  }

  /** The distance that belongs to a squared Euclidean distance of {@link #prepare prepared}. */
  float distance(float squared) {
    return metric == Metric.EUCLIDEAN ? (float) Math.sqrt(squared) : squared / 2;
  }
}
