package org.facestream.deploy.lab.simulation;

import java.util.List;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Picture;

/**
 * A person cut out of their photograph along the outline, with soft edges, the clothes prolonged
 * downwards, ready to be put into a frame. All people's faces have the same width here.
 */
final class Cutout implements AutoCloseable {
  /** Pixels: what most faces will have in the frame, so that little detail is lost twice. */
  static final double FACE = 110;

  private static final double FEATHER = 1.6;

  private final Mat rgb = new Mat();
  private final Mat opacity = new Mat();
  private final double faceX;
  private final double faceY;

  Cutout(DemoPerson person) {
    // Pixels of one eighth of the photograph.
    double part = FACE / person.faceWidth();
    int border = (int) Math.round(part);
    int size = (int) Math.round(part * DemoPerson.PARTS);
    int kept = (int) Math.min(size, Math.round(part * person.bottom()));
    int prolonged = (int) FACE;
    faceX = border + person.faceX() * part;
    faceY = border + person.faceY() * part;
    try (Picture photograph = DemoPeople.picture(person.photograph());
        Mat enlarged = new Mat();
        Mat topped = new Mat()) {
      opencv_imgproc.resize(
          photograph.rgb(), enlarged, new Size(size, size), 0, 0, opencv_imgproc.INTER_CUBIC);
      if (!person.colour()) {
        warm(enlarged);
      }
      try (Mat used = enlarged.apply(new Rect(0, 0, size, kept))) {
        // Where the photograph cuts through hair, the hair is extended a little.
        opencv_core.copyMakeBorder(used, topped, border, 0, 0, 0, opencv_core.BORDER_REFLECT_101);
      }
      opencv_core.copyMakeBorder(
          topped, rgb, 0, prolonged, border, border, opencv_core.BORDER_REPLICATE);
    }
    outline(person.outline(), part, border);
  }

  /**
   * Puts the person into a frame.
   *
   * @param frame RGB, changed
   * @param pose where and how
   * @param floor y below which nothing of the person shows
   * @param grain for frames at least as large
   * @param shift of the frame's grain
   */
  void draw(Mat frame, Pose pose, int floor, Grain grain, int shift) {
    double scale = pose.faceWidth() / FACE;
    double cosine = scale * Math.cos(Math.toRadians(pose.degrees()));
    double sine = scale * Math.sin(Math.toRadians(pose.degrees()));
    double shiftX = pose.x() - cosine * faceX + sine * faceY;
    double shiftY = pose.y() - sine * faceX - cosine * faceY;
    double left = Double.MAX_VALUE;
    double top = Double.MAX_VALUE;
    double right = -Double.MAX_VALUE;
    double bottom = -Double.MAX_VALUE;
    for (int corner = 0; corner < 4; corner++) {
      double cornerX = (corner & 1) * rgb.cols();
      double cornerY = (corner >> 1) * rgb.rows();
      double x = cosine * cornerX - sine * cornerY + shiftX;
      double y = sine * cornerX + cosine * cornerY + shiftY;
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
    int fromX = (int) Math.max(0, Math.floor(left));
    int fromY = (int) Math.max(0, Math.floor(top));
    int width = (int) Math.min(frame.cols(), Math.ceil(right)) - fromX;
    int height = (int) Math.min(floor, Math.ceil(bottom)) - fromY;
    if (width <= 0 || height <= 0) {
      return;
    }
    Rect place = new Rect(fromX, fromY, width, height);
    try (Mat map = new Mat(2, 3, opencv_core.CV_64F);
        Mat person = new Mat();
        Mat shown = new Mat();
        Mat hidden = new Mat();
        Mat behind = frame.apply(place);
        Mat part = grain.part(shift, width, height);
        Size size = new Size(width, height)) {
      try (DoubleIndexer values = map.createIndexer()) {
        values.put(0, 0, cosine, -sine, shiftX - fromX);
        values.put(1, 0, sine, cosine, shiftY - fromY);
      }
      opencv_imgproc.warpAffine(
          rgb,
          person,
          map,
          size,
          opencv_imgproc.INTER_LINEAR,
          opencv_core.BORDER_REPLICATE,
          Scalar.BLACK);
      opencv_imgproc.warpAffine(
          opacity,
          shown,
          map,
          size,
          opencv_imgproc.INTER_LINEAR,
          opencv_core.BORDER_CONSTANT,
          Scalar.BLACK);
      shown.convertTo(hidden, -1, -1, 1);
      opencv_core.addWeighted(person, pose.light(), part, 1, -Grain.MEAN, person);
      opencv_imgproc.blendLinear(person, behind, shown, hidden, behind);
    }
  }

  @Override
  public void close() {
    rgb.close();
    opacity.close();
  }

  /** A grey photograph would look cut out among coloured things. */
  private static void warm(Mat picture) {
    try (Mat colours =
        new Mat(
            picture.rows(), picture.cols(), opencv_core.CV_8UC3, new Scalar(255, 236, 216, 0))) {
      opencv_core.multiply(picture, colours, picture, 1 / 250.0, -1);
    }
  }

  private void outline(List<List<Double>> outline, double part, int border) {
    int count = outline.size() + 2;
    try (Mat mask = new Mat(rgb.rows(), rgb.cols(), opencv_core.CV_8UC1, Scalar.BLACK);
        Point polygon = new Point(count);
        IntPointer length = new IntPointer(1)) {
      for (int i = 0; i < outline.size(); i++) {
        polygon
            .position(i + 1)
            .x((int) Math.round(outline.get(i).get(0) * part + border))
            .y((int) Math.round(outline.get(i).get(1) * part + border));
      }
      int firstX = polygon.position(1).x();
      int lastX = polygon.position(outline.size()).x();
      polygon.position(0).x(firstX).y(rgb.rows());
      polygon.position(count - 1).x(lastX).y(rgb.rows());
      polygon.position(0);
      length.put(0, count);
      opencv_imgproc.fillPoly(mask, polygon, length, 1, Scalar.WHITE);
      // Rounds the polygon's corners, then feathers.
      opencv_imgproc.GaussianBlur(mask, mask, new Size(0, 0), 5);
      opencv_imgproc.threshold(mask, mask, 134, 255, opencv_imgproc.THRESH_BINARY);
      opencv_imgproc.GaussianBlur(mask, mask, new Size(0, 0), FEATHER);
      mask.convertTo(opacity, opencv_core.CV_32F, 1 / 255.0, 0);
    }
  }
}
