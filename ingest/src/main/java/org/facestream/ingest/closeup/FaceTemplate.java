package org.facestream.ingest.closeup;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Area;
import org.jspecify.annotations.Nullable;

/**
 * A face in one picture, in grey, to be found in pictures of the same scene in another size. It is
 * searched around its place by normalised correlation, which does not depend on exposure and
 * contrast. The owner closes it.
 */
final class FaceTemplate implements AutoCloseable {
  /**
   * Margin around the face, as a share of its longer side, because hair and background help too.
   */
  private static final double MARGIN = 0.15;

  /** Search distance, as a share of the longer side of the face. */
  private static final double REACH = 0.35;

  /** Larger faces are scaled down for the search: its cost grows with the fourth power. */
  private static final double LARGEST = 64;

  private static final int SMALLEST = 8;

  /** Minimum share that must not be masked. */
  private static final double LEAST_OPEN = 0.5;

  private final int width;
  private final int height;
  private final Rect place;
  private final Rect around;
  private final double scale;
  private final Mat face = new Mat();
  private final Mat open = new Mat();

  /**
   * Where the face is.
   *
   * @param score correlation, 1 for the same picture
   * @param x shift to the right, in pixels of the frame
   * @param y shift downwards, in pixels of the frame
   */
  record Match(double score, double x, double y) {}

  /**
   * @param grey the frame that shows the face, CV_8UC1
   * @param box the face; part of it lies in the frame
   * @param uncovered of the frame's size, 0 where it was blacked out, 255 elsewhere; null where
   *     nothing was
   */
  FaceTemplate(Mat grey, Area box, @Nullable Mat uncovered) {
    this.width = grey.cols();
    this.height = grey.rows();
    double side = Math.max(box.width(), box.height());
    this.place = rect(box, MARGIN * side);
    this.around = rect(box, (MARGIN + REACH) * side);
    this.scale = Math.min(1, LARGEST / Math.max(place.width(), place.height()));
    if (usable()) {
      try (Mat cut = new Mat(grey, place);
          Size size = scaled(place)) {
        opencv_imgproc.resize(cut, face, size, 0, 0, opencv_imgproc.INTER_AREA);
      }
      if (uncovered != null) {
        try (Mat cut = new Mat(uncovered, place);
            Size size = scaled(place)) {
          opencv_imgproc.resize(cut, open, size, 0, 0, opencv_imgproc.INTER_NEAREST);
        }
      }
    }
  }

  private Rect rect(Area box, double margin) {
    int left = (int) Math.max(0, Math.floor(box.left() - margin));
    int top = (int) Math.max(0, Math.floor(box.top() - margin));
    int right = (int) Math.min(width, Math.ceil(box.right() + margin));
    int bottom = (int) Math.min(height, Math.ceil(box.bottom() + margin));
    return new Rect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
  }

  private Size scaled(Rect rect) {
    return new Size(
        (int) Math.max(1, Math.round(rect.width() * scale)),
        (int) Math.max(1, Math.round(rect.height() * scale)));
  }

  /** Whether enough of the face is in the frame and not masked. */
  boolean usable() {
    return place.width() >= SMALLEST
        && place.height() >= SMALLEST
        && (open.empty() || opencv_core.countNonZero(open) >= LEAST_OPEN * open.total());
  }

  /** The contrast of its pixels in grey levels; with hardly any, nothing can be found. */
  double contrast() {
    try (Mat mean = new Mat();
        Mat deviation = new Mat()) {
      opencv_core.meanStdDev(face, mean, deviation, open);
      try (DoublePointer value = new DoublePointer(deviation.data())) {
        return value.get();
      }
    }
  }

  /**
   * Searches for the face. Call it only when it is {@link #usable}.
   *
   * @param grey a picture of the same scene in any size, CV_8UC1
   */
  Match in(Mat grey) {
    double wider = grey.cols() / (double) width;
    double higher = grey.rows() / (double) height;
    int left = (int) Math.round(around.x() * wider);
    int top = (int) Math.round(around.y() * higher);
    int right = (int) Math.min(grey.cols(), Math.round((around.x() + around.width()) * wider));
    int bottom = (int) Math.min(grey.rows(), Math.round((around.y() + around.height()) * higher));
    try (Rect part = new Rect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
        Mat seen = new Mat(grey, part);
        Size size = scaled(around);
        Mat scaled = new Mat();
        Mat scores = new Mat();
        DoublePointer best = new DoublePointer(1);
        DoublePointer worst = new DoublePointer(1);
        Point at = new Point();
        Point ignored = new Point();
        Mat everything = new Mat()) {
      opencv_imgproc.resize(seen, scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
      if (scaled.cols() < face.cols() || scaled.rows() < face.rows()) {
        return new Match(0, 0, 0);
      }
      opencv_imgproc.matchTemplate(scaled, face, scores, opencv_imgproc.TM_CCOEFF_NORMED, open);
      if (!open.empty()) {
        // Where the picture is flat, OpenCV divides by zero if some pixels are masked.
        opencv_core.patchNaNs(scores, -1);
        opencv_imgproc.threshold(scores, scores, 1.01, -1, opencv_imgproc.THRESH_TOZERO_INV);
      }
      opencv_core.minMaxLoc(scores, worst, best, ignored, at, everything);
      return new Match(
          best.get(),
          at.x() / scale - (place.x() - around.x()),
          at.y() / scale - (place.y() - around.y()));
    }
  }

  @Override
  public void close() {
    face.close();
    open.close();
    place.close();
    around.close();
  }
}
