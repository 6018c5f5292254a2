package org.facestream.detector.track;

import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.ingest.frame.Picture;

/**
 * Crops faces with a margin. The crop is a square around the box's centre; outside of the frame,
 * the frame's border pixels are repeated.
 *
 * <p>The chip of 150 × 150 for dlib's network spans 2.83 times the distance of the eyes, about 1.2
 * box widths. Turned by 30°, its corners are 0.83 box widths from its centre, so a margin of 0.5
 * contains it even if the box is off by a sixth.
 */
final class FaceCropper {
  private final CropConfig config;

  FaceCropper(CropConfig config) {
    this.config = config;
  }

  /**
   * A cropped face.
   *
   * @param jpeg the crop
   * @param landmarks in its coordinates
   */
  record Crop(byte[] jpeg, Landmarks landmarks) {}

  /**
   * Crops a face.
   *
   * @param rgb the frame, CV_8UC3
   */
  Crop cut(Mat rgb, Box box, Landmarks landmarks) {
    float margined = Math.max(box.width(), box.height()) * (1 + 2 * config.margin());
    // Beyond the frame and the same size around it, there are only repeated borders.
    int side = Math.max(1, Math.round(Math.min(margined, 3f * Math.max(rgb.cols(), rgb.rows()))));
    Span across = Span.of((box.left() + box.right()) / 2, side, rgb.cols(), config.maxSide());
    Span down = Span.of((box.top() + box.bottom()) / 2, side, rgb.rows(), config.maxSide());
    try (Rect place = new Rect(across.first, down.first, across.length, down.length);
        Mat inside = new Mat(rgb, place);
        Mat scaled = new Mat();
        Mat square = new Mat();
        Size size = new Size(across.scaled, down.scaled)) {
      // Scaled before it is padded: otherwise a face that fills an 8K frame would need a gigabyte.
      boolean shrinks = across.scaled < across.length || down.scaled < down.length;
      if (shrinks) {
        opencv_imgproc.resize(inside, scaled, size, 0, 0, opencv_imgproc.INTER_AREA);
      }
      opencv_core.copyMakeBorder(
          shrinks ? scaled : inside,
          square,
          down.before,
          down.after,
          across.before,
          across.after,
          opencv_core.BORDER_REPLICATE | opencv_core.BORDER_ISOLATED);
      List<Point> moved =
          landmarks.points().stream()
              .map(point -> new Point(across.moved(point.x()), down.moved(point.y())))
              .toList();
      return new Crop(Picture.jpeg(square, config.jpegQuality()), Landmarks.of(moved));
    }
  }

  /**
   * The crop along one direction.
   *
   * @param first pixel of the frame that is inside
   * @param length how many pixels of the frame are inside, at least 1
   * @param scaled how many pixels of the crop those become
   * @param before how many pixels of the crop are repeated border before them
   * @param after how many pixels of the crop are repeated border after them
   */
  private record Span(int first, int length, int scaled, int before, int after) {

    static Span of(float centre, int side, int frame, int most) {
      int start = Math.round(centre - (side - 1) / 2f);
      int first = Math.max(0, Math.min(frame - 1, start));
      int last = Math.max(0, Math.min(frame - 1, start + side - 1));
      int length = last - first + 1;
      int crop = Math.min(side, most);
      double scale = crop / (double) side;
      int scaled = Math.max(1, (int) Math.round(length * scale));
      int before = (int) Math.round(Math.max(0, first - start) * scale);
      before = Math.min(before, crop - scaled);
      return new Span(first, length, scaled, before, crop - scaled - before);
    }

    /** Scaling keeps pixels' corners in place, not their centres, which have whole coordinates. */
    float moved(float position) {
      double scale = scaled / (double) length;
      return (float) (before + (position - first + 0.5) * scale - 0.5);
    }
  }
}
