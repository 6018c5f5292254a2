package org.facestream.deploy.lab.bench.gallery;

import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.gallery.match.DescriptorSpace;

/**
 * A gallery of any size, and faces to look for in it. Nothing of it is kept: the same number gives
 * the same reference.
 *
 * @param length values of a descriptor
 * @param perPerson references of each person
 * @param thumbnail bytes of each reference's picture
 */
record SyntheticGallery(int length, int perPerson, int thumbnail) {
  private static final String MODEL = "bench";

  DescriptorSpace space() {
    return new DescriptorSpace(MODEL, length, Metric.EUCLIDEAN);
  }

  Reference reference(int number) {
    return ReferenceBuilder.builder()
        .faceId("face-" + number)
        .personId("person-" + number / perPerson)
        .name("Person " + number / perPerson)
        .model(MODEL)
        .descriptor(descriptor(number))
        .thumbnail(picture(number))
        .quality(1)
        .source("bench")
        .enrolledAt(Instant.EPOCH)
        .build();
  }

  /** Bytes that, like a JPEG's, cannot be compressed. */
  private byte[] picture(int number) {
    byte[] bytes = new byte[thumbnail];
    new Random(number).nextBytes(bytes);
    return bytes;
  }

  /** That of a reference, or for a number beyond theirs a stranger's. */
  float[] descriptor(long number) {
    Random random = new Random(number * 0x9E3779B97F4A7C15L);
    // So that descriptors are of about length 1.
    double spread = 1 / Math.sqrt(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextGaussian() * spread);
    }
    return values;
  }

  /** Descriptors near some reference, as those of enrolled people are, and of strangers. */
  float[][] faces(int count, int run) {
    float[][] faces = new float[count][];
    for (int i = 0; i < count; i++) {
      faces[i] = descriptor(i % 2 == 0 ? 1_000_000_000L + 1000L * run + i : 7L * i);
      faces[i][0] += 0.01f;
    }
    return faces;
  }

  /**
   * What matching must find, by a plain loop.
   *
   * @param size references of the gallery
   * @return the distance from each person's nearest reference, ascending
   */
  double[] distances(float[] face, int size) {
    double[] least = new double[(size - 1) / perPerson + 1];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    for (int number = 0; number < size; number++) {
      float[] reference = descriptor(number);
      double square = 0;
      for (int d = 0; d < length; d++) {
        double difference = (double) face[d] - reference[d];
        square += difference * difference;
      }
      least[number / perPerson] = Math.min(least[number / perPerson], Math.sqrt(square));
    }
    Arrays.sort(least);
    return least;
  }
}
