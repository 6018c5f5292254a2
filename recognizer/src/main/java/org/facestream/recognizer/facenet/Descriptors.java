package org.facestream.recognizer.facenet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.onnx.OnnxSession;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;

/**
 * Computes descriptors: aligns faces as the model requires and runs the network once for all of
 * them. A face's descriptor does not depend on the rest of the batch, except for rounding (less
 * than 1e-4).
 *
 * <p>Safe for use by several threads.
 */
public final class Descriptors implements AutoCloseable {
  /** Largest number of chips in a run. */
  static final int MOST_CHIPS = 32;

  private final DescriptorModel model;
  private final FaceAligner aligner;
  private final OnnxSession session;

  /**
   * Loads the network, checks it and runs it once.
   *
   * @param threads for one run on the CPU, 1 or more
   * @throws UserError if the file is altered, is not what its definition says, or cannot run on the
   *     device
   */
  public Descriptors(DescriptorModel model, Device device, int threads) {
    this.model = model;
    ModelDefinition definition = model.definition();
    aligner =
        new FaceAligner(
            definition.alignment().landmarks(),
            definition.alignment().stretch(),
            definition.input().width(),
            definition.input().height());
    try (ChipTensor sample = new ChipTensor(definition.input(), 1)) {
      session = open(model, device, threads, sample);
      try {
        requireLength(session.run(sample.tensor()));
      } catch (RuntimeException unusable) {
        session.close();
        throw unusable;
      }
    }
  }

  private static OnnxSession open(
      DescriptorModel model, Device device, int threads, ChipTensor sample) {
    try {
      return OnnxSession.open(model.weights(), device, threads, sample.tensor());
    } catch (IllegalStateException misfit) {
      ModelDefinition.Input input = model.definition().input();
      throw new UserError(
          String.format(
              Locale.ROOT,
              "descriptor model %s: the network does not accept the input in its definition "
                  + "(%s, %s, %d x %d): %s",
              model.name(),
              input.type().toString().toLowerCase(Locale.ROOT),
              input.layout().toString().toLowerCase(Locale.ROOT),
              input.width(),
              input.height(),
              String.valueOf(misfit.getMessage()).lines().findFirst().orElse("")),
          misfit);
    }
  }

  /** The model. */
  public DescriptorModel model() {
    return model;
  }

  /** The device of the network. */
  public Device device() {
    return session.device();
  }

  /** Nanoseconds spent inside ONNX Runtime so far. */
  public long nanos() {
    return session.nanos();
  }

  /**
   * Descriptors of faces, in the same order, each of {@link DescriptorModel#length()} values.
   *
   * @throws IllegalArgumentException if the landmarks of one do not span a face ({@link
   *     #canDescribe})
   * @throws IllegalStateException if the network refuses the faces permanently
   * @throws org.facestream.ingest.worker.loop.DeviceException if the device failed
   */
  public List<float[]> describe(List<LocatedFace> faces) {
    boolean mirrored = model.definition().alignment().mirrored();
    int most = mirrored ? MOST_CHIPS / 2 : MOST_CHIPS;
    List<float[]> descriptors = new ArrayList<>(faces.size());
    for (int from = 0; from < faces.size(); from += most) {
      List<LocatedFace> part = faces.subList(from, Math.min(faces.size(), from + most));
      descriptors.addAll(mirrored ? describeBothWays(part) : describePart(part));
    }
    return descriptors;
  }

  /** Whether these landmarks can be described: finite places that are not all equal. */
  public boolean canDescribe(Landmarks landmarks) {
    return aligner.spansFace(landmarks);
  }

  /** The descriptor of one face; as {@link #describe(List)}. */
  public float[] describe(Picture picture, Landmarks landmarks) {
    return describe(List.of(new LocatedFace(picture, landmarks))).get(0);
  }

  @Override
  public void close() {
    session.close();
  }

  private List<float[]> describePart(List<LocatedFace> faces) {
    try (ChipTensor chips = new ChipTensor(model.definition().input(), faces.size())) {
      for (int i = 0; i < faces.size(); i++) {
        align(faces.get(i), chips, i);
      }
      return rows(run(chips), faces.size());
    }
  }

  private List<float[]> describeBothWays(List<LocatedFace> faces) {
    int count = faces.size();
    try (ChipTensor chips = new ChipTensor(model.definition().input(), 2 * count)) {
      for (int i = 0; i < count; i++) {
        align(faces.get(i), chips, i);
        try (Mat chip = chips.chip(i);
            Mat mirror = chips.chip(count + i)) {
          opencv_core.flip(chip, mirror, 1);
        }
      }
      float[] both = run(chips);
      float[] means = new float[both.length / 2];
      for (int i = 0; i < means.length; i++) {
        means[i] = (both[i] + both[means.length + i]) / 2;
      }
      return rows(means, count);
    }
  }

  private void align(LocatedFace face, ChipTensor chips, int index) {
    try (Mat chip = chips.chip(index)) {
      aligner.alignInto(face.picture(), face.landmarks(), chip);
    }
  }

  private float[] run(ChipTensor chips) {
    return session.run(chips.tensor()).get(0);
  }

  private List<float[]> rows(float[] values, int count) {
    int length = model.length();
    List<float[]> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float[] row = new float[length];
      System.arraycopy(values, i * length, row, 0, length);
      if (model.definition().normalise()) {
        bringToLengthOne(row);
      }
      rows.add(row);
    }
    return rows;
  }

  private static void bringToLengthOne(float[] values) {
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    double length = Math.sqrt(square);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] / length);
    }
  }

  private void requireLength(List<float[]> outputs) {
    if (outputs.size() != 1 || outputs.get(0).length != model.length()) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "descriptor model %s: its definition says %d values, but the network returns %d",
              model.name(),
              model.length(),
              outputs.get(0).length));
    }
  }
}
