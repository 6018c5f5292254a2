package org.facestream.ingest.source.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.TestVideo;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivacyMasksTest {
  private final PictureEncoder pictures = new PictureEncoder();

  /** Two that overlap, one of them not convex; and one in a corner. */
  private static final List<Polygon> MASKS =
      List.of(
          polygon(0.1, 0.1, 0.45, 0.15, 0.3, 0.3, 0.4, 0.6, 0.15, 0.5),
          polygon(0.3, 0.2, 0.6, 0.2, 0.6, 0.45, 0.3, 0.45),
          polygon(0.9, 0.9, 1, 0.9, 1, 1, 0.9, 1));

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"320, 240", "321, 179", "64, 36", "31, 17"})
  void everyPixelThatAMaskTouchesIsBlackAndTheOthersAreAsTheyWere(int width, int height) {
    try (PrivacyMasks painter = new PrivacyMasks();
        Scalar white = new Scalar(255, 255, 255, 0);
        Mat picture = new Mat(height, width, opencv_core.CV_8UC3, white);
        UByteIndexer pixels = picture.createIndexer()) {
      painter.paint(picture, MASKS);
      int black = 0;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int value = pixels.get(y, x, 0);
          if (touched(x, y, 0, width, height)) {
            assertEquals(0, value, x + "," + y);
            black++;
          } else if (!touched(x, y, 3, width, height)) {
            assertEquals(255, value, x + "," + y);
          }
        }
      }
      assertTrue(black > width * height / 8, "black: " + black);
      painter.paint(picture, List.of());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "libopenh264, a.mp4, 1280",
    "libopenh264, a.mp4, 162",
    "mjpeg, a.avi, 1280",
    "mjpeg, a.avi, 162"
  })
  void decodedPicturesLeaveWithBlackMasksAndAreOtherwiseTheSame(
      String encoder, String name, int maxWidth)
      throws SourceException, UnreadablePictureException {
    Path file = TestVideo.write(folder.resolve(name), encoder, 320, 240, 10, 2);
    try (VideoSource source = VideoSource.open(file)) {
      assertTrue(source.next());
      byte[] open = source.jpeg(maxWidth, 90).orElseThrow().jpeg();
      assertTrue(source.next());
      byte[] masked =
          pictures.encode(source.picture(), new Look(maxWidth, 90, MASKS)).orElseThrow().jpeg();
      assertFalse(Arrays.equals(open, masked));
      compare(open, masked);
      // And again without: nothing of the masks stays behind.
      compareAll(
          open,
          pictures
              .encode(source.picture(), new Look(maxWidth, 90, List.of()))
              .orElseThrow()
              .jpeg());
    }
  }

  @Test
  void motionJpegIsPassedOnAsItCameOnlyWithoutMasks() throws SourceException {
    Path file = TestVideo.write(folder.resolve("a.avi"), "mjpeg", 640, 480, 10, 1);
    try (VideoSource source = VideoSource.open(file)) {
      assertTrue(source.next());
      byte[] asItCame =
          pictures.encode(source.picture(), new Look(640, 90, List.of())).orElseThrow().jpeg();
      assertFalse(
          Arrays.equals(
              asItCame,
              pictures.encode(source.picture(), new Look(640, 90, MASKS)).orElseThrow().jpeg()));
      assertArrayEquals(
          asItCame,
          pictures.encode(source.picture(), new Look(640, 90, List.of())).orElseThrow().jpeg());
    }
  }

  private static void compare(byte[] open, byte[] masked) throws UnreadablePictureException {
    try (Picture before = Picture.decodeFrame(open);
        Picture after = Picture.decodeFrame(masked);
        UByteIndexer expected = before.rgb().createIndexer();
        UByteIndexer pixels = after.rgb().createIndexer()) {
      int width = after.width();
      int height = after.height();
      assertEquals(before.width(), width);
      for (int y = 0; y < height; y += 2) {
        for (int x = 0; x < width; x += 2) {
          boolean far = !touched(x, y, 20, width, height);
          boolean deep = deepInside(x, y, width, height);
          for (int channel = 0; channel < 3; channel++) {
            int value = pixels.get(y, x, channel);
            String at = x + "," + y + "," + channel + ": " + value;
            if (far) {
              assertEquals(expected.get(y, x, channel), value, 30, at);
            } else if (deep) {
              assertTrue(value <= 8, at);
            }
          }
          if (touched(x, y, 0, width, height)) {
            // Chroma has half the resolution, so red from outside reaches in; light does not.
            assertTrue(luma(pixels, y, x) <= 45, x + "," + y);
          }
        }
      }
    }
  }

  private static void compareAll(byte[] open, byte[] again) throws UnreadablePictureException {
    try (Picture before = Picture.decodeFrame(open);
        Picture after = Picture.decodeFrame(again);
        UByteIndexer expected = before.rgb().createIndexer();
        UByteIndexer pixels = after.rgb().createIndexer()) {
      for (int y = 0; y < after.height(); y++) {
        for (int x = 0; x < after.width(); x++) {
          assertEquals(expected.get(y, x, 0), pixels.get(y, x, 0), 30);
        }
      }
    }
  }

  private static int luma(UByteIndexer pixels, int y, int x) {
    return (299 * pixels.get(y, x, 0) + 587 * pixels.get(y, x, 1) + 114 * pixels.get(y, x, 2))
        / 1000;
  }

  /** Whether a mask reaches within so many pixels of a pixel's square, told by points in it. */
  private static boolean touched(int x, int y, int around, int width, int height) {
    double step = Math.max(0.5, around / 4.0);
    for (double dy = -around; dy <= 1 + around; dy += step) {
      for (double dx = -around; dx <= 1 + around; dx += step) {
        if (inside((x + dx) / width, (y + dy) / height)) {
          return true;
        }
      }
    }
    return inside((x + 0.5) / width, (y + 0.5) / height);
  }

  private static boolean deepInside(int x, int y, int width, int height) {
    for (int dy = -16; dy <= 16; dy += 4) {
      for (int dx = -16; dx <= 16; dx += 4) {
        if (!inside((x + 0.5 + dx) / width, (y + 0.5 + dy) / height)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean inside(double x, double y) {
    return MASKS.stream().anyMatch(mask -> mask.contains(x, y));
  }

  private static Polygon polygon(double... coordinates) {
    Polygon.Point[] points = new Polygon.Point[coordinates.length / 2];
    Arrays.setAll(points, i -> new Polygon.Point(coordinates[2 * i], coordinates[2 * i + 1]));
    return new Polygon(List.of(points));
  }
}
