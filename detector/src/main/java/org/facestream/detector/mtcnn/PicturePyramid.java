package org.facestream.detector.mtcnn;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.AffineCut;
import org.facestream.ingest.frame.Picture;

/**
 * A picture at full, half, quarter size and so on, created on demand. Crops and scaled pictures are
 * made from the smallest one that is large enough, so at most about 2 × 2 pixels must be averaged.
 *
 * <p>An octave is exactly half of the one before: an odd last row or column is omitted.
 */
final class PicturePyramid implements AutoCloseable {
  private static final Scalar BLACK = new Scalar(0.0);

  private final List<Mat> octaves = new ArrayList<>();
  private final Mat transform = new Mat(2, 3, opencv_core.CV_64FC1);
  private final DoubleBuffer coefficients = transform.createBuffer();

  /** The caller owns the picture and must keep it open as long as this object. */
  PicturePyramid(Picture picture) {
    octaves.add(picture.rgb());
    coefficients.put(new double[6]);
  }

  /**
   * Scales the whole picture.
   *
   * @param into of the wanted size, smaller than the picture
   * @return the octave it was scaled from
   */
  int scale(Mat into) {
    int octave = 0;
    while (at(octave).cols() >> 1 >= into.cols() && at(octave).rows() >> 1 >= into.rows()) {
      octave++;
    }
    try (Size size = into.size()) {
      opencv_imgproc.resize(at(octave), into, size, 0, 0, opencv_imgproc.INTER_AREA);
    }
    return octave;
  }

  /** The width of the picture that an octave covers, in pixels of the picture. */
  int coveredWidth(int octave) {
    return at(octave).cols() << octave;
  }

  /** The height of the picture that an octave covers, in pixels of the picture. */
  int coveredHeight(int octave) {
    return at(octave).rows() << octave;
  }

  /**
   * Crops a square and scales it; areas outside of the picture are black.
   *
   * @param left edge, in pixels of the picture
   * @param top edge, in pixels of the picture
   * @param side in pixels of the picture, above 0
   * @param into square
   * @param size of {@code into}; creating one each time would cost half as much as the crop
   */
  void crop(double left, double top, double side, Mat into, Size size) {
    int pixels = size.width();
    int octave = 0;
    while (side >= 2.0 * pixels * (1 << octave) && larger(octave, pixels)) {
      octave++;
    }
    double scale = 1.0 / (1 << octave);
    double step = side / pixels;
    // Pixel centres are half a pixel inside of the edges, in the crop and in the octave.
    double x = (left + step / 2) * scale - 0.5;
    double y = (top + step / 2) * scale - 0.5;
    coefficients.put(0, step * scale).put(2, x).put(4, step * scale).put(5, y);
    AffineCut.cut(at(octave), into, transform, size, BLACK);
  }

  private boolean larger(int octave, int pixels) {
    Mat mat = at(octave);
    return Math.min(mat.cols(), mat.rows()) >= 2 * pixels;
  }

  private Mat at(int octave) {
    while (octaves.size() <= octave) {
      Mat last = octaves.get(octaves.size() - 1);
      int width = last.cols() / 2;
      int height = last.rows() / 2;
      Mat half = new Mat();
      try (Rect even = new Rect(0, 0, width * 2, height * 2);
          Mat view = new Mat(last, even);
          Size size = new Size(width, height)) {
        opencv_imgproc.resize(view, half, size, 0, 0, opencv_imgproc.INTER_AREA);
      }
      octaves.add(half);
    }
    return octaves.get(octave);
  }

  @Override
  public void close() {
    transform.close();
    octaves.subList(1, octaves.size()).forEach(Mat::close);
    octaves.subList(1, octaves.size()).clear();
  }
}
