package org.facestream.detector.mtcnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.onnx.TensorBuffer;
import org.junit.jupiter.api.Test;

class PixelBatchTest {
  @Test
  void picturesLieOneAfterTheOther() {
    try (PixelBatch batch = new PixelBatch(24)) {
      batch.slot(0, 4, 3).put(new Scalar(1, 2, 3, 0));
      batch.slot(1, 4, 3).put(new Scalar(4, 5, 6, 0));
      TensorBuffer tensor = batch.tensor(2);
      assertArrayEquals(new long[] {2, 3, 4, 3}, tensor.shape());
      ByteBuffer bytes = (ByteBuffer) tensor.data();
      assertEquals(3, bytes.get(2));
      assertEquals(4, bytes.get(36));
      assertEquals(6, bytes.get(71));
    }
  }

  /** What is beyond is other native memory. */
  @Test
  void whatDoesNotFitIsRefused() {
    try (PixelBatch batch = new PixelBatch(24)) {
      batch.slot(1, 4, 3);
      assertThrows(IndexOutOfBoundsException.class, () -> batch.slot(2, 4, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> batch.slot(0, 5, 5));
      assertThrows(IndexOutOfBoundsException.class, () -> batch.slot(-1, 4, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> batch.slot(1, 50_000, 50_000));
    }
  }
}
