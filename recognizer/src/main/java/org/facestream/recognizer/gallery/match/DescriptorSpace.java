package org.facestream.recognizer.gallery.match;

import java.util.Locale;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Metric;

/**
 * A space of comparable descriptors.
 *
 * @param model name of their model
 * @param length number of values
 * @param metric of their distances
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
   * The descriptor in the form that is stored and compared: normalised to length 1 if only its
   * direction counts, so that squared Euclidean distance orders both metrics. The given array is
   * not changed.
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
