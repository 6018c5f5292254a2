package org.facestream.ingest.frame;

import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Crops a turned, scaled part of a picture of any size. OpenCV's warpAffine alone fails for
 * pictures that are wider or higher than 32,766 pixels.
 */
public final class AffineCut {
  private static final int MOST_SIDE = Short.MAX_VALUE - 1;

  /** Pixels around the part that interpolation needs, and one for rounding. */
  private static final int MARGIN = 3;

  private static final int FLAGS = opencv_imgproc.INTER_LINEAR | opencv_imgproc.WARP_INVERSE_MAP;

  private AffineCut() {}

  /**
   * Fills {@code into} by linear interpolation; areas outside of the picture are black.
   *
   * @param toPicture 2 × 3 of CV_64F, continuous: maps places in {@code into} to places in the
   *     picture; not changed by the call
   * @param size of {@code into}
   * @param black zeros
   */
  public static void cut(Mat picture, Mat into, Mat toPicture, Size size, Scalar black) {
    if (picture.cols() <= MOST_SIDE && picture.rows() <= MOST_SIDE) {
      warp(picture, into, toPicture, size, black);
      return;
    }
    try (DoubleIndexer entries = toPicture.createIndexer()) {
      int left = edge(entries, 0, size, false, picture.cols());
      int right = edge(entries, 0, size, true, picture.cols());
      int top = edge(entries, 1, size, false, picture.rows());
      int bottom = edge(entries, 1, size, true, picture.rows());
      double x = entries.get(0, 2);
      double y = entries.get(1, 2);
      try (Rect place = new Rect(left, top, right - left, bottom - top);
          Mat part = new Mat(picture, place)) {
        entries.put(0, 2, x - left);
        entries.put(1, 2, y - top);
        warp(part, into, toPicture, size, black);
      } finally {
        entries.put(0, 2, x);
        entries.put(1, 2, y);
      }
    }
  }

  /** The first or last column (row 0) or row (row 1) that is needed; at least one is left. */
  private static int edge(DoubleIndexer entries, int row, Size size, boolean last, int most) {
    double across = entries.get(row, 0) * (size.width() - 1);
    double down = entries.get(row, 1) * (size.height() - 1);
    double origin = entries.get(row, 2);
    return last
        ? clamp(Math.ceil(origin + Math.max(0, across) + Math.max(0, down)) + MARGIN, MARGIN, most)
        : clamp(
            Math.floor(origin + Math.min(0, across) + Math.min(0, down)) - MARGIN,
            0,
            most - MARGIN);
  }

  private static int clamp(double value, int least, int most) {
    return (int) Math.max(Math.min(least, most), Math.min(Math.max(0, most), value));
  }

  private static void warp(Mat picture, Mat into, Mat toPicture, Size size, Scalar black) {
    opencv_imgproc.warpAffine(
        picture, into, toPicture, size, FLAGS, opencv_core.BORDER_CONSTANT, black);
  }
}
