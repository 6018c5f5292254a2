package org.facestream.ingest.source.picture;

import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.registry.Polygon;

/**
 * One area in the pixels of pictures of one size, ready to be filled. OpenCV's fill does not cover
 * what an outline encloses twice, so it gets the rings around what Java's {@link Area} finds
 * inside. JTS's {@code buffer(0)} is no replacement: it drops half of an outline that crosses
 * itself.
 */
final class MaskedArea implements AutoCloseable {
  /** Corners are given in 256ths of a pixel, so that their rounding uncovers nothing. */
  private static final int SHIFT = 8;

  /** Wide enough that every pixel is covered which the area touches at all. */
  private static final int OUTLINE = 3;

  private final int columns;
  private final int rows;
  private final MatVector outline = new MatVector();
  private final MatVector rings = new MatVector();

  /**
   * @param corners in their order; the outline may cross itself, and whatever it goes round is
   *     inside
   */
  MaskedArea(List<Polygon.Point> corners, int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
    Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
    corners.forEach(
        corner -> {
          if (path.getCurrentPoint() == null) {
            path.moveTo(corner.x(), corner.y());
          } else {
            path.lineTo(corner.x(), corner.y());
          }
        });
    path.closePath();
    add(path, outline);
    add(new Area(path), rings);
  }

  /** Every pixel that the area touches, and at most two pixels around. */
  void fill(Mat picture, Scalar colour) {
    try (Point none = new Point(0, 0)) {
      opencv_imgproc.fillPoly(picture, rings, colour, opencv_imgproc.LINE_8, SHIFT, none);
    }
    opencv_imgproc.polylines(picture, outline, true, colour, OUTLINE, opencv_imgproc.LINE_8, SHIFT);
  }

  private void add(Shape shape, MatVector to) {
    List<double[]> ring = new ArrayList<>();
    for (PathIterator at = shape.getPathIterator(null); !at.isDone(); at.next()) {
      double[] corner = new double[6];
      if (at.currentSegment(corner) != PathIterator.SEG_CLOSE) {
        ring.add(corner);
        continue;
      }
      try (Mat points = points(ring)) {
        to.push_back(points);
      }
      ring.clear();
    }
  }

  private Mat points(List<double[]> corners) {
    Mat points = new Mat(corners.size(), 1, opencv_core.CV_32SC2);
    try (IntIndexer corner = points.createIndexer()) {
      for (int i = 0; i < corners.size(); i++) {
        corner.put(i, 0, 0, position(corners.get(i)[0], columns));
        corner.put(i, 0, 1, position(corners.get(i)[1], rows));
      }
    }
    return points;
  }

  /** OpenCV counts from the middle of the first pixel, a share from its edge. */
  private static int position(double share, int pixels) {
    return (int) Math.round((share * pixels - 0.5) * (1 << SHIFT));
  }

  @Override
  public void close() {
    rings.close();
    outline.close();
  }
}
