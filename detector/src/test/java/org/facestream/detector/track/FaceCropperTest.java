package org.facestream.detector.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.junit.jupiter.api.Test;

class FaceCropperTest {
  private final FaceCropper cropper =
      new FaceCropper(
          new CropConfig() {
            @Override
            public float margin() {
              return 0.5f;
            }

            @Override
            public int maxSide() {
              return 400;
            }

            @Override
            public int jpegQuality() {
              return 95;
            }
          });

  @Test
  void isASquareWithTheMarginOnEverySide() throws UnreadablePictureException {
    try (Mat frame = marked(640, 480, 300, 200)) {
      FaceCropper.Crop crop = cropper.cut(frame, new Box(270, 150, 330, 250), landmarks(300, 200));
      try (Picture picture = Picture.decodeFrame(crop.jpeg())) {
        assertEquals(200, picture.width());
        assertEquals(200, picture.height());
        assertMarkAt(picture, crop.landmarks().nose());
      }
    }
  }

  @Test
  void atTheBorderTheLandmarksStayOnTheFaceAndTheBorderIsRepeated()
      throws UnreadablePictureException {
    for (int[] place : new int[][] {{12, 14}, {627, 11}, {14, 466}, {630, 470}}) {
      try (Mat frame = marked(640, 480, place[0], place[1])) {
        Box box = new Box(place[0] - 40, place[1] - 50, place[0] + 40, place[1] + 50);
        FaceCropper.Crop crop = cropper.cut(frame, box, landmarks(place[0], place[1]));
        try (Picture picture = Picture.decodeFrame(crop.jpeg())) {
          assertEquals(200, picture.width());
          assertEquals(200, picture.height());
          assertMarkAt(picture, crop.landmarks().nose());
          UByteIndexer pixels = picture.rgb().createIndexer();
          assertTrue(pixels.get(0, 0, 0) > 60, "no black border");
        }
      }
    }
  }

  @Test
  void aLargeFaceIsScaledDownAndItsLandmarksWithIt() throws UnreadablePictureException {
    try (Mat frame = marked(1920, 1080, 700, 500)) {
      FaceCropper.Crop crop = cropper.cut(frame, new Box(450, 200, 1050, 900), landmarks(700, 500));
      try (Picture picture = Picture.decodeFrame(crop.jpeg())) {
        assertEquals(400, picture.width());
        assertEquals(400, picture.height());
        assertMarkAt(picture, crop.landmarks().nose());
      }
    }
  }

  @Test
  void aBoxOutsideTheFrameStillGivesACrop() throws UnreadablePictureException {
    try (Mat frame = marked(64, 48, 10, 10)) {
      for (Box box :
          List.of(
              new Box(-500, -500, -400, -400),
              new Box(1000, 1000, 1100, 1100),
              new Box(-10_000, -10_000, 10_000, 10_000),
              new Box(3, 3, 3.2f, 3.2f))) {
        try (Picture picture =
            Picture.decodeFrame(cropper.cut(frame, box, landmarks(10, 10)).jpeg())) {
          assertTrue(picture.width() >= 1 && picture.width() <= 400);
          assertEquals(picture.width(), picture.height());
        }
      }
    }
  }

  /** A grey frame with a bright spot, eleven pixels wide. */
  private static Mat marked(int width, int height, int x, int y) {
    Mat frame = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(90, 90, 90, 0));
    UByteIndexer pixels = frame.createIndexer();
    for (int row = Math.max(0, y - 5); row <= Math.min(height - 1, y + 5); row++) {
      for (int column = Math.max(0, x - 5); column <= Math.min(width - 1, x + 5); column++) {
        for (int channel = 0; channel < 3; channel++) {
          pixels.put(row, column, channel, 250);
        }
      }
    }
    return frame;
  }

  /** The bright spot's centre of gravity is where the landmark says, to half a pixel. */
  private static void assertMarkAt(Picture picture, Point expected) {
    UByteIndexer pixels = picture.rgb().createIndexer();
    double sum = 0;
    double sumX = 0;
    double sumY = 0;
    for (int row = 0; row < picture.height(); row++) {
      for (int column = 0; column < picture.width(); column++) {
        double weight = Math.max(0, pixels.get(row, column, 1) - 120);
        sum += weight;
        sumX += weight * column;
        sumY += weight * row;
      }
    }
    assertEquals(sumX / sum, expected.x(), 0.5);
    assertEquals(sumY / sum, expected.y(), 0.5);
  }

  private static Landmarks landmarks(float x, float y) {
    Point point = new Point(x, y);
    return new Landmarks(point, point, point, point, point);
  }
}
