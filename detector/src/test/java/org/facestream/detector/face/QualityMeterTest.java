package org.facestream.detector.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point2f;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.Portraits;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real faces, found by the real detector, then made worse. */
@Tag("bare")
class QualityMeterTest {
  /** A face in its frame. */
  private record Sample(Picture frame, Detection face) {
    Quality quality() {
      return QualityMeter.measure(frame.rgb(), face.box(), face.landmarks(), face.score());
    }
  }

  private static final List<Sample> SAMPLES = new ArrayList<>();

  @BeforeAll
  static void findFaces() {
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1)) {
      for (int number = 1; number <= 8; number++) {
        Picture frame = Portraits.frame(400, 400, new Portraits.Placed(number, 100, 100, 200));
        List<Detection> found = mtcnn.detect(List.of(frame), MtcnnOptions.DEFAULT).get(0);
        if (found.size() == 1) {
          SAMPLES.add(new Sample(frame, found.get(0)));
        } else {
          frame.close();
        }
      }
    }
    assertTrue(SAMPLES.size() >= 6, () -> SAMPLES.size() + " portraits with one face");
  }

  @AfterAll
  static void close() {
    SAMPLES.forEach(sample -> sample.frame().close());
  }

  @Test
  void aGoodFaceIsGood() {
    for (Sample sample : SAMPLES) {
      Quality quality = sample.quality();
      assertTrue(quality.overall() > 0.5, quality::toString);
      assertTrue(quality.overall() <= 1, quality::toString);
      assertTrue(Math.abs(quality.roll()) < 20, quality::toString);
      assertTrue(Math.abs(quality.yaw()) < 45, quality::toString);
      assertTrue(Math.abs(quality.pitch()) < 40, quality::toString);
    }
  }

  @Test
  void blurCostsSharpnessMoreTheStrongerItIs() {
    for (Sample sample : SAMPLES) {
      Quality good = sample.quality();
      Quality soft = changed(sample, picture -> blurred(picture, 2));
      Quality softer = changed(sample, picture -> blurred(picture, 5));
      assertTrue(soft.sharpness() < 0.8 * good.sharpness(), () -> good + " " + soft);
      assertTrue(softer.sharpness() < 0.6 * soft.sharpness(), () -> soft + " " + softer);
      assertTrue(soft.overall() < good.overall());
      assertTrue(softer.overall() < soft.overall());
    }
  }

  @Test
  void darknessCostsExposure() {
    for (Sample sample : SAMPLES) {
      Quality good = sample.quality();
      Quality dark = changed(sample, picture -> scaled(picture, 0.2, 0));
      assertTrue(dark.exposure() < 0.6 * good.exposure(), () -> good + " " + dark);
      assertTrue(dark.overall() < good.overall());
    }
  }

  @Test
  void glareCostsExposure() {
    for (Sample sample : SAMPLES) {
      Quality good = sample.quality();
      Quality burnt = changed(sample, picture -> scaled(picture, 1, 150));
      assertTrue(burnt.exposure() < 0.7 * good.exposure(), () -> good + " " + burnt);
      assertTrue(burnt.overall() < good.overall());
    }
  }

  @Test
  void aSmallerFaceIsWorse() {
    for (Sample sample : SAMPLES) {
      Quality good = sample.quality();
      try (Mat half = new Mat();
          Size size = new Size(160, 160)) {
        opencv_imgproc.resize(sample.frame().rgb(), half, size, 0, 0, opencv_imgproc.INTER_AREA);
        Quality small =
            QualityMeter.measure(
                half,
                moved(sample.face().box(), 0.4f),
                sample.face().landmarks().within(0, 0, 0.4f),
                sample.face().score());
        // Full size is reached at 112 pixels, so the large face may be beyond it.
        double side = 0.4 * Math.sqrt(sample.face().box().area());
        assertEquals(Math.min(1, side / 112), small.size(), 1e-4);
        assertTrue(small.size() < 0.7 * good.size(), () -> good + " " + small);
        assertTrue(small.overall() < good.overall(), () -> good + " " + small);
        assertEquals(good.yaw(), small.yaw(), 0.1);
      }
    }
  }

  @Test
  void aTurnedPictureRollsTheHeadAndNothingElse() {
    Sample sample = SAMPLES.get(0);
    Quality good = sample.quality();
    try (Point2f centre = new Point2f(200, 200);
        Mat rotation = opencv_imgproc.getRotationMatrix2D(centre, -40, 1);
        Size size = new Size(400, 400);
        Mat turned = new Mat()) {
      opencv_imgproc.warpAffine(sample.frame().rgb(), turned, rotation, size);
      double angle = Math.toRadians(40);
      Landmarks landmarks =
          Landmarks.of(
              sample.face().landmarks().points().stream()
                  .map(point -> rotated(point, angle))
                  .toList());
      Quality rolled =
          QualityMeter.measure(turned, sample.face().box(), landmarks, sample.face().score());
      assertEquals(good.roll() + 40, rolled.roll(), 0.5);
      assertEquals(good.yaw(), rolled.yaw(), 0.5);
      assertEquals(good.pitch(), rolled.pitch(), 0.5);
      assertTrue(rolled.pose() < good.pose(), () -> good + " " + rolled);
    }
  }

  @Test
  void aHeadThatTurnsLosesPose() {
    double last = 1.01;
    for (int yaw = 0; yaw <= 80; yaw += 10) {
      HeadPose head = HeadPose.of(head(yaw, 0));
      assertEquals(yaw, head.yaw(), 1.0);
      assertEquals(0, head.pitch(), 1.0);
      assertEquals(-yaw, HeadPose.of(head(-yaw, 0)).yaw(), 1.0);
      Sample sample = SAMPLES.get(0);
      Quality quality =
          QualityMeter.measure(sample.frame().rgb(), sample.face().box(), head(yaw, 0), 1);
      assertTrue(quality.pose() < last, quality::toString);
      last = quality.pose();
    }
    assertTrue(last < 0.05);
    for (int pitch = -40; pitch <= 40; pitch += 10) {
      assertEquals(pitch, HeadPose.of(head(0, pitch)).pitch(), 1.0);
    }
  }

  @Test
  void landmarksThatCoincideAreTheWorstPoseAndNoNumberIsLost() {
    Point point = new Point(150, 150);
    Sample sample = SAMPLES.get(0);
    Quality quality =
        QualityMeter.measure(
            sample.frame().rgb(),
            sample.face().box(),
            new Landmarks(point, point, point, point, point),
            1);
    assertEquals(0, quality.pose(), 1e-6);
    assertEquals(0, quality.overall(), 1e-6);
  }

  @Test
  void aBoxBeyondTheBorderIsMeasuredByWhatIsVisible() {
    Sample sample = SAMPLES.get(0);
    Quality outside =
        QualityMeter.measure(
            sample.frame().rgb(), new Box(-300, -300, -100, -100), sample.face().landmarks(), 1);
    assertEquals(0, outside.sharpness());
    assertEquals(0, outside.overall());
  }

  /** The model's head, turned in space, seen from afar. */
  private static Landmarks head(double yaw, double pitch) {
    double[][] places = {
      {-31.5, 0, 0}, {31.5, 0, 0}, {0, 0.53 * 67, 40}, {-25, 67, 0}, {25, 67, 0}
    };
    double y = Math.toRadians(yaw);
    double p = Math.toRadians(pitch);
    List<Point> points = new ArrayList<>();
    for (double[] place : places) {
      double x = place[0] * Math.cos(y) + place[2] * Math.sin(y);
      double z = -place[0] * Math.sin(y) + place[2] * Math.cos(y);
      double down = place[1] * Math.cos(p) + z * Math.sin(p);
      points.add(new Point((float) (200 + x), (float) (150 + down)));
    }
    return Landmarks.of(points);
  }

  private static Quality changed(Sample sample, Function<Mat, Mat> change) {
    try (Mat changed = change.apply(sample.frame().rgb())) {
      return QualityMeter.measure(
          changed, sample.face().box(), sample.face().landmarks(), sample.face().score());
    }
  }

  private static Mat blurred(Mat picture, double sigma) {
    Mat blurred = new Mat();
    try (Size byDeviation = new Size(0, 0)) {
      opencv_imgproc.GaussianBlur(picture, blurred, byDeviation, sigma);
    }
    return blurred;
  }

  private static Mat scaled(Mat picture, double gain, double offset) {
    Mat scaled = new Mat();
    picture.convertTo(scaled, -1, gain, offset);
    return scaled;
  }

  private static Box moved(Box box, float scale) {
    return new Box(
        box.left() * scale, box.top() * scale, box.right() * scale, box.bottom() * scale);
  }

  private static Point rotated(Point point, double angle) {
    double x = point.x() - 200;
    double y = point.y() - 200;
    return new Point(
        (float) (200 + x * Math.cos(angle) - y * Math.sin(angle)),
        (float) (200 + x * Math.sin(angle) + y * Math.cos(angle)));
  }
}
