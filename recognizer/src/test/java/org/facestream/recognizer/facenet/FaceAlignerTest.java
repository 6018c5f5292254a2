package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("bare")
class FaceAlignerTest {
  private static final Landmarks TEMPLATE =
      DescriptorModel.of("resnet34-128").definition().alignment().landmarks();

  private final FaceAligner aligner = new FaceAligner(TEMPLATE, 1, 150, 150);

  /** Brightness grows along x and y, so a pixel tells where it came from. */
  private static Picture slopes(int side, double perPixel) {
    Mat rgb = new Mat(side, side, opencv_core.CV_8UC3);
    try (UByteIndexer pixels = rgb.createIndexer()) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          pixels.put(y, x, 0, (int) Math.round(x * perPixel));
          pixels.put(y, x, 1, (int) Math.round(y * perPixel));
          pixels.put(y, x, 2, 77);
        }
      }
    }
    return Picture.owning(rgb);
  }

  private static Landmarks moved(Similarity fromChip) {
    return Landmarks.of(TEMPLATE.points().stream().map(fromChip::apply).toList());
  }

  @Test
  void landmarksOnTheTemplateLeaveThePictureAsItIs() {
    try (Picture picture = slopes(150, 1.5);
        Picture chip = aligner.align(picture, TEMPLATE);
        UByteIndexer expected = picture.rgb().createIndexer();
        UByteIndexer found = chip.rgb().createIndexer()) {
      assertEquals(150, chip.width());
      assertEquals(150, chip.height());
      for (int y = 0; y < 150; y++) {
        for (int x = 0; x < 150; x++) {
          for (int c = 0; c < 3; c++) {
            assertEquals(expected.get(y, x, c), found.get(y, x, c), 1);
          }
        }
      }
    }
  }

  /** Scale 0.5 enlarges the face twofold, 2.2 and 5.7 shrink it; the angle is in degrees. */
  @ParameterizedTest
  @CsvSource({"0.5, 0", "1, 30", "1, -77", "2.2, 0", "2.2, 15", "3, 180", "5.7, 4"})
  void everyPixelComesFromWhereTheTransformSays(double scale, double degrees) {
    double angle = Math.toRadians(degrees);
    double a = scale * Math.cos(angle);
    double b = scale * Math.sin(angle);
    // The chip's centre comes to the picture's.
    Similarity fromChip =
        new Similarity(a, b, 650 - a * 74.5 + b * 74.5, 650 - b * 74.5 - a * 74.5);
    double perPixel = 255.0 / 1300;

    try (Picture picture = slopes(1300, perPixel);
        Picture chip = aligner.align(picture, moved(fromChip));
        UByteIndexer found = chip.rgb().createIndexer()) {
      for (int y = 0; y < 150; y += 7) {
        for (int x = 0; x < 150; x += 7) {
          Point source = fromChip.apply(new Point(x, y));
          // Two roundings to whole brightness, and one of coordinates to 1/32 pixel.
          assertEquals(source.x() * perPixel, found.get(y, x, 0), 1.1);
          assertEquals(source.y() * perPixel, found.get(y, x, 1), 1.1);
          assertEquals(77, found.get(y, x, 2));
        }
      }
    }
  }

  /** The middle stays; what lies beside it is `stretch` times as far away as the template says. */
  @ParameterizedTest
  @CsvSource({"1.25, 1", "1.25, 2.6", "0.8, 1", "0.8, 2.6"})
  void theChipIsStretchedAroundItsMiddle(double stretch, double scale) {
    FaceAligner stretching = new FaceAligner(TEMPLATE, stretch, 150, 150);
    // A face that already has the network's proportions, before they are stretched.
    Similarity fromUnstretched = new Similarity(scale, 0, 650 - scale * 74.5, 650 - scale * 74.5);
    Landmarks landmarks =
        Landmarks.of(
            TEMPLATE.points().stream()
                .map(p -> new Point((float) ((p.x() - 74.5) / stretch + 74.5), p.y()))
                .map(fromUnstretched::apply)
                .toList());
    double perPixel = 255.0 / 1300;

    try (Picture picture = slopes(1300, perPixel);
        Picture chip = stretching.align(picture, landmarks);
        UByteIndexer found = chip.rgb().createIndexer()) {
      for (int y = 0; y < 150; y += 7) {
        for (int x = 0; x < 150; x += 7) {
          double sourceX = 650 + (x - 74.5) / stretch * scale;
          double sourceY = 650 + (y - 74.5) * scale;
          assertEquals(sourceX * perPixel, found.get(y, x, 0), 1.1);
          assertEquals(sourceY * perPixel, found.get(y, x, 1), 1.1);
        }
      }
    }
  }

  @Test
  void aShrunkenFaceIsAveragedNotSampled() {
    // Single-pixel stripes: mean brightness 127.5, which sampling would break into bands.
    Mat stripes = new Mat(800, 800, opencv_core.CV_8UC3);
    try (UByteIndexer pixels = stripes.createIndexer()) {
      for (int y = 0; y < 800; y++) {
        for (int x = 0; x < 800; x++) {
          int value = x % 2 == 0 ? 0 : 255;
          pixels.put(y, x, 0, value);
          pixels.put(y, x, 1, value);
          pixels.put(y, x, 2, value);
        }
      }
    }
    try (Picture picture = Picture.owning(stripes);
        Picture chip = aligner.align(picture, moved(new Similarity(4, 0, 50, 50)));
        UByteIndexer found = chip.rgb().createIndexer()) {
      for (int i = 0; i < 150; i++) {
        assertEquals(127.5, found.get(75, i, 0), 3);
      }
    }
  }

  @Test
  void whatLiesBeyondTheBorderIsBlack() {
    try (Picture picture = slopes(150, 1.5);
        Picture chip = aligner.align(picture, moved(new Similarity(1, 0, 100, 0)));
        UByteIndexer found = chip.rgb().createIndexer()) {
      assertEquals(77, found.get(75, 40, 2));
      assertEquals(0, found.get(75, 60, 2));
      assertEquals(0, found.get(75, 149, 2));
    }
  }

  @Test
  void refusesLandmarksThatSpanNoFace() {
    Landmarks together = Landmarks.of(Collections.nCopies(5, new Point(9, 9)));

    assertTrue(aligner.spansFace(TEMPLATE));
    assertFalse(aligner.spansFace(together));
    try (Picture picture = slopes(150, 1)) {
      assertThrows(IllegalArgumentException.class, () -> aligner.align(picture, together));
    }
  }

  @Test
  void refusesLandmarksBeyondAnyPicture() {
    assertFalse(aligner.spansFace(moved(new Similarity(1, 0, 1e7, 0))));
    assertFalse(aligner.spansFace(moved(new Similarity(1e20, 0, 1e25, -1e25))));
    assertFalse(aligner.spansFace(moved(new Similarity(1, Double.NaN, 0, 0))));
  }

  @Test
  void aFaceOutsideThePictureGivesABlackChip() {
    try (Picture picture = slopes(150, 1);
        Picture chip = aligner.align(picture, moved(new Similarity(90, 0, 60_000, -50_000)));
        UByteIndexer found = chip.rgb().createIndexer()) {
      for (int y = 0; y < 150; y++) {
        for (int x = 0; x < 150; x++) {
          assertEquals(0, found.get(y, x, 2));
        }
      }
    }
  }
}
