package org.facestream.ingest.source.picture;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.registry.Polygon;

/**
 * One area in pixels, for pictures of one size. It is cut into {@link Trapezoid}s, because OpenCV's
 * fill of a whole outline leaves out areas that the outline encloses twice.
 */
final class MaskedArea implements AutoCloseable {
  /** Corners are in 256ths of a pixel, so that rounding does not uncover anything. */
  private static final int SHIFT = 8;

  /** Wide enough to cover every pixel that the area touches. */
  private static final int OUTLINE = 3;

  private final List<Mat> pieces = new ArrayList<>();
  private final MatVector outline;

  /**
   * @param corners in order; the outline may cross itself, and everything that it encloses is
   *     inside
   */
  MaskedArea(List<Polygon.Point> corners, int columns, int rows) {
    for (Trapezoid piece : Trapezoid.cut(corners)) {
      pieces.add(points(piece.corners(), columns, rows));
    }
    double[][] pairs =
        corners.stream().map(each -> new double[] {each.x(), each.y()}).toArray(double[][]::new);
    try (Mat points = points(pairs, columns, rows)) {
      outline = new MatVector(points);
    }
  }

  /** Fills every pixel that the area touches, and at most two pixels around it. */
  void fill(Mat picture, Scalar colour) {
    for (Mat piece : pieces) {
      opencv_imgproc.fillConvexPoly(picture, piece, colour, opencv_imgproc.LINE_8, SHIFT);
    }
    opencv_imgproc.polylines(picture, outline, true, colour, OUTLINE, opencv_imgproc.LINE_8, SHIFT);
  }

  private static Mat points(double[][] corners, int columns, int rows) {
    Mat points = new Mat(corners.length, 1, opencv_core.CV_32SC2);
    try (IntIndexer corner = points.createIndexer()) {
      for (int i = 0; i < corners.length; i++) {
        corner.put(i, 0, 0, position(corners[i][0], columns));
        corner.put(i, 0, 1, position(corners[i][1], rows));
      }
    }
    return points;
  }

  /** OpenCV counts from the centre of the first pixel, and shares from its edge. */
  private static int position(double share, int pixels) {
    return (int) Math.round((share * pixels - 0.5) * (1 << SHIFT));
  }

  @Override
  public void close() {
    pieces.forEach(Mat::close);
    pieces.clear();
    outline.close();
  }
}
