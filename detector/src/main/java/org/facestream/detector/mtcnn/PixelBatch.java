package org.facestream.detector.mtcnn;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.onnx.TensorBuffer;

/** Native memory for the pixels of one run, N × height × width × 3, reused by each run. */
final class PixelBatch implements AutoCloseable {
  private final BytePointer memory;
  private final ByteBuffer bytes;
  private final List<Mat> slots = new ArrayList<>();
  private int width;
  private int height;

  /**
   * @param pixels the capacity of a batch
   */
  PixelBatch(long pixels) {
    memory = new BytePointer(pixels * 3);
    bytes = memory.asByteBuffer();
  }

  /**
   * The place of one picture in a batch of a given size; valid until another size is requested.
   *
   * @throws IndexOutOfBoundsException when the picture does not fit
   */
  Mat slot(int index, int width, int height) {
    if (index < 0 || 3L * width * height * (index + 1L) > bytes.capacity()) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT, "picture %d of %d x %d pixels does not fit", index, width, height));
    }
    if (width != this.width || height != this.height) {
      clear();
      this.width = width;
      this.height = height;
    }
    while (slots.size() <= index) {
      long offset = 3L * width * height * slots.size();
      // Not closed, because closing a pointer into the memory would free all of it.
      BytePointer start = memory.getPointer(offset);
      slots.add(new Mat(height, width, opencv_core.CV_8UC3, start, 3L * width));
    }
    return slots.get(index);
  }

  /** The first pictures of the batch. */
  TensorBuffer tensor(int count) {
    ByteBuffer part = bytes.duplicate().limit(3 * count * width * height);
    return new TensorBuffer(part, count, height, width, 3);
  }

  private void clear() {
    slots.forEach(Mat::close);
    slots.clear();
  }

  @Override
  public void close() {
    clear();
    memory.close();
  }
}
