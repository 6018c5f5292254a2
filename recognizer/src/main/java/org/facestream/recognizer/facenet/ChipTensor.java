package org.facestream.recognizer.facenet;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.onnx.TensorBuffer;

/** Face chips of one size in native memory, and the tensor made of them. */
final class ChipTensor implements AutoCloseable {
  private static final int COLOURS = 3;

  private final ModelDefinition.Input input;
  private final int count;
  private final Mat chips;

  /**
   * Room for {@code count} chips, all black, because the memory could contain parts of earlier
   * faces, or values on which the network fails.
   */
  ChipTensor(ModelDefinition.Input input, int count) {
    this.input = input;
    this.count = count;
    try (Scalar black = new Scalar(0, 0, 0, 0)) {
      chips = new Mat(count * input.height(), input.width(), opencv_core.CV_8UC3, black);
    }
  }

  /** The pixels of one chip, a view that the caller closes: RGB, 8 bits. */
  Mat chip(int index) {
    return chips.rowRange(index * input.height(), (index + 1) * input.height());
  }

  /** All chips in the network's format; valid until this is closed. */
  TensorBuffer tensor() {
    ByteBuffer pixels = chips.createBuffer();
    long height = input.height();
    long width = input.width();
    if (input.type() == ModelDefinition.Type.UINT8) {
      return new TensorBuffer(pixels, count, height, width, COLOURS);
    }
    FloatBuffer values = normalised(pixels);
    return input.layout() == ModelDefinition.Layout.NHWC
        ? new TensorBuffer(values, count, height, width, COLOURS)
        : new TensorBuffer(values, count, COLOURS, height, width);
  }

  private FloatBuffer normalised(ByteBuffer pixels) {
    int area = input.width() * input.height();
    FloatBuffer values = TensorBuffer.floats(pixels.remaining());
    boolean planes = input.layout() == ModelDefinition.Layout.NCHW;
    float[] ofPixel = new float[COLOURS * 256];
    List<Float> mean = input.mean();
    List<Float> deviation = input.deviation();
    for (int i = 0; i < ofPixel.length; i++) {
      ofPixel[i] = (i % 256 - mean.get(i / 256)) / deviation.get(i / 256);
    }
    for (int chip = 0; chip < count; chip++) {
      int start = chip * area * COLOURS;
      for (int colour = 0; colour < COLOURS; colour++) {
        int channel =
            input.channels() == ModelDefinition.Channels.RGB ? colour : COLOURS - 1 - colour;
        int to = start + (planes ? channel * area : channel);
        int step = planes ? 1 : COLOURS;
        for (int pixel = 0; pixel < area; pixel++) {
          int value = Byte.toUnsignedInt(pixels.get(start + pixel * COLOURS + colour));
          values.put(to + pixel * step, ofPixel[colour * 256 + value]);
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    chips.close();
  }
}
