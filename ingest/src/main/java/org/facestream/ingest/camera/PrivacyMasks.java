package org.facestream.ingest.camera;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Blacks out areas of pictures. It keeps the areas in the pixels of the last size, so one camera's
 * pictures should come to one of these. One thread uses it.
 */
final class PrivacyMasks implements AutoCloseable {
  /** Corners are given in 256ths of a pixel, so that their rounding uncovers nothing. */
  private static final int SHIFT = 8;

  /** Wide enough that every pixel is covered which the area touches at all. */
  private static final int OUTLINE = 3;

  private final List<MatVector> outlines = new ArrayList<>();
  private final Scalar black = new Scalar(0);
  private List<Polygon> masks = List.of();
  private int width;
  private int height;

  /**
   * Makes black every pixel that one of the areas touches, and at most two pixels around.
   *
   * @param picture of any format of 8 bits per channel in which zeros are black
   */
  void paint(Mat picture, List<Polygon> wanted) {
    if (wanted.isEmpty()) {
      return;
    }
    prepare(wanted, picture.cols(), picture.rows());
    // One by one: where areas that are filled together overlap, OpenCV leaves a hole.
    for (MatVector outline : outlines) {
      opencv_imgproc.fillPoly(picture, outline, black, opencv_imgproc.LINE_8, SHIFT, null);
      opencv_imgproc.polylines(
          picture, outline, true, black, OUTLINE, opencv_imgproc.LINE_8, SHIFT);
    }
  }

  private void prepare(List<Polygon> wanted, int columns, int rows) {
    if (wanted.equals(masks) && columns == width && rows == height) {
      return;
    }
    free();
    for (Polygon polygon : wanted) {
      try (Mat points = new Mat(polygon.points().size(), 1, opencv_core.CV_32SC2);
          IntIndexer corner = points.createIndexer()) {
        for (int i = 0; i < polygon.points().size(); i++) {
          Polygon.Point point = polygon.points().get(i);
          corner.put(i, 0, 0, position(point.x(), columns));
          corner.put(i, 0, 1, position(point.y(), rows));
        }
        outlines.add(new MatVector(points));
      }
    }
    masks = wanted;
    width = columns;
    height = rows;
  }

  /** OpenCV counts from the middle of the first pixel, a share from its edge. */
  private static int position(double share, int pixels) {
    return (int) Math.round((share * pixels - 0.5) * (1 << SHIFT));
  }

  private void free() {
    outlines.forEach(MatVector::close);
    outlines.clear();
    masks = List.of();
  }

  @Override
  public void close() {
    free();
    black.close();
  }
}
