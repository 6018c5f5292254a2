package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.onnx.TensorBuffer;
import org.facestream.recognizer.facenet.ModelDefinition.Channels;
import org.facestream.recognizer.facenet.ModelDefinition.Input;
import org.facestream.recognizer.facenet.ModelDefinition.Layout;
import org.facestream.recognizer.facenet.ModelDefinition.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChipTensorTest {
  private static final int WIDTH = 20;
  private static final int HEIGHT = 16;

  /** The second chip is red 10, green 20, blue 30 all over. */
  private static TensorBuffer tensor(ChipTensor chips) {
    try (Mat first = chips.chip(0);
        Mat second = chips.chip(1);
        Scalar black = new Scalar(0, 0, 0, 0);
        Scalar colour = new Scalar(10, 20, 30, 0)) {
      first.put(black);
      second.put(colour);
    }
    return chips.tensor();
  }

  /** Memory that another tensor has left white is found again by the allocator. */
  @Test
  void beginsBlack() {
    Input input =
        new Input(
            WIDTH,
            HEIGHT,
            Type.UINT8,
            Layout.NHWC,
            Channels.RGB,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f));
    for (int i = 0; i < 20; i++) {
      try (ChipTensor used = new ChipTensor(input, 1);
          Mat chip = used.chip(0);
          Scalar white = new Scalar(255, 255, 255, 0)) {
        chip.put(white);
      }
      try (ChipTensor fresh = new ChipTensor(input, 1)) {
        ByteBuffer bytes = (ByteBuffer) fresh.tensor().data();
        while (bytes.hasRemaining()) {
          assertEquals(0, bytes.get());
        }
      }
    }
  }

  @Test
  void bytesAreThePixels() {
    Input input =
        new Input(
            WIDTH,
            HEIGHT,
            Type.UINT8,
            Layout.NHWC,
            Channels.RGB,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f));
    try (ChipTensor chips = new ChipTensor(input, 2)) {
      TensorBuffer tensor = tensor(chips);
      ByteBuffer bytes = (ByteBuffer) tensor.data();

      assertArrayEquals(new long[] {2, HEIGHT, WIDTH, 3}, tensor.shape());
      assertEquals(0, bytes.get(0));
      int second = WIDTH * HEIGHT * 3;
      assertEquals(
          List.of((byte) 10, (byte) 20, (byte) 30),
          List.of(bytes.get(second), bytes.get(second + 1), bytes.get(second + 2)));
      assertEquals(30, bytes.get(2 * second - 1));
    }
  }

  @ParameterizedTest
  @CsvSource({"NHWC, RGB", "NHWC, BGR", "NCHW, RGB", "NCHW, BGR"})
  void floatsAreNormalisedAndLaidOut(Layout layout, Channels channels) {
    Input input =
        new Input(
            WIDTH,
            HEIGHT,
            Type.FLOAT32,
            layout,
            channels,
            List.of(1f, 2f, 3f),
            List.of(2f, 4f, 8f));
    try (ChipTensor chips = new ChipTensor(input, 2)) {
      TensorBuffer tensor = tensor(chips);
      FloatBuffer floats = (FloatBuffer) tensor.data();
      int area = WIDTH * HEIGHT;
      int step = layout == Layout.NCHW ? area : 1;
      boolean rgb = channels == Channels.RGB;

      assertArrayEquals(
          layout == Layout.NCHW
              ? new long[] {2, 3, HEIGHT, WIDTH}
              : new long[] {2, HEIGHT, WIDTH, 3},
          tensor.shape());
      assertEquals(rgb ? -0.5f : -0.375f, floats.get(0));
      int second = area * 3;
      assertEquals(rgb ? 4.5f : 3.375f, floats.get(second));
      assertEquals(4.5f, floats.get(second + step));
      assertEquals(rgb ? 3.375f : 4.5f, floats.get(second + 2 * step));
    }
  }
}
