package org.facestream.ingest.closeup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Area;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A frame of 320 × 180 and the same scene three times as large: spots of all sizes, by a seed. */
class FaceTemplateTest {
  private static final Area BOX = new Area(100, 60, 140, 110);

  private final Mat large = spots(7);
  private final Mat frame = scaled(large);

  @AfterEach
  void close() {
    large.close();
    frame.close();
  }

  @Test
  void itIsFoundWhereItIsInAnotherSizeAndLight() {
    try (FaceTemplate template = new FaceTemplate(frame, BOX, null);
        Mat darker = new Mat()) {
      assertTrue(template.usable());
      assertTrue(template.contrast() > 10);
      large.convertTo(darker, -1, 0.6, 10);
      FaceTemplate.Match match = template.in(darker);
      assertTrue(match.score() > 0.95, match::toString);
      assertEquals(0, match.x(), 1);
      assertEquals(0, match.y(), 1);
    }
  }

  @Test
  void itIsFoundALittleBesideAndNotInAnotherScene() {
    Area beside = new Area(BOX.left() + 8, BOX.top() - 6, BOX.right() + 8, BOX.bottom() - 6);
    try (FaceTemplate template = new FaceTemplate(frame, BOX, null);
        FaceTemplate moved = new FaceTemplate(shifted(), beside, null);
        Mat other = spots(8)) {
      assertTrue(template.in(other).score() < CloseUpSearch.SAME);
      // The frame moved by (8, -6); the larger picture did not.
      FaceTemplate.Match match = moved.in(large);
      assertTrue(match.score() > 0.95, match::toString);
      assertEquals(-8, match.x(), 1);
      assertEquals(6, match.y(), 1);
    }
  }

  @Test
  void aMaskThatReachesIntoItIsNoDifference() {
    try (Mat uncovered = new Mat(180, 320, opencv_core.CV_8UC1, new Scalar(255));
        Rect below = new Rect(0, 95, 320, 85);
        Mat covered = new Mat(uncovered, below);
        Mat masked = new Mat()) {
      covered.put(new Scalar(0));
      opencv_core.bitwise_and(frame, uncovered, masked);
      try (FaceTemplate without = new FaceTemplate(masked, BOX, null);
          FaceTemplate with = new FaceTemplate(masked, BOX, uncovered)) {
        assertTrue(without.in(large).score() < CloseUpSearch.SAME);
        assertTrue(with.in(large).score() > 0.95);
        // Nor is it something that two different pictures have in common.
        try (Mat other = spots(8);
            Mat flat = new Mat(540, 960, opencv_core.CV_8UC1, new Scalar(200))) {
          assertTrue(with.in(other).score() < 0.7);
          assertTrue(with.in(flat).score() < 0.1);
        }
      }
    }
  }

  @Test
  void atTheBorderAndLargeItIsFoundToo() {
    try (FaceTemplate corner = new FaceTemplate(frame, new Area(-20, -10, 30, 40), null);
        FaceTemplate huge = new FaceTemplate(frame, new Area(20, 5, 160, 170), null);
        FaceTemplate outside = new FaceTemplate(frame, new Area(400, 5, 440, 45), null)) {
      assertTrue(corner.in(large).score() > 0.95);
      FaceTemplate.Match match = huge.in(large);
      assertTrue(match.score() > 0.95, match::toString);
      assertEquals(0, match.x(), 3);
      assertFalse(outside.usable());
    }
  }

  private Mat shifted() {
    Mat shifted = new Mat();
    try (Rect part = new Rect(0, 6, 312, 174);
        Mat kept = new Mat(frame, part)) {
      opencv_core.copyMakeBorder(kept, shifted, 0, 6, 8, 0, opencv_core.BORDER_REPLICATE);
      return shifted;
    }
  }

  private static Mat scaled(Mat picture) {
    Mat scaled = new Mat();
    try (Size size = new Size(320, 180)) {
      opencv_imgproc.resize(picture, scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
      return scaled;
    }
  }

  private static Mat spots(long seed) {
    Random random = new Random(seed);
    Mat picture = new Mat(540, 960, opencv_core.CV_8UC1, new Scalar(90));
    for (int i = 0; i < 600; i++) {
      try (Point middle = new Point(random.nextInt(960), random.nextInt(540));
          Scalar grey = new Scalar(random.nextInt(256))) {
        opencv_imgproc.circle(
            picture, middle, 4 + random.nextInt(30), grey, -1, opencv_imgproc.LINE_AA, 0);
      }
    }
    return picture;
  }
}
