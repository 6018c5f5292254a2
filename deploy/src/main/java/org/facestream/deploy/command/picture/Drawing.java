package org.facestream.deploy.command.picture;

import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.face.Box;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Picture;

/** Draws found faces into a picture: boxes, landmarks, and the score above. */
public final class Drawing {
  private static final int FONT = opencv_imgproc.FONT_HERSHEY_SIMPLEX;

  private Drawing() {}

  static void faces(Picture picture, List<Detection> faces) {
    Mat rgb = picture.rgb();
    int line = Math.max(1, Math.min(picture.width(), picture.height()) / 300);
    try (Scalar green = new Scalar(0, 220, 0, 0);
        Scalar red = new Scalar(255, 40, 40, 0)) {
      for (Detection face : faces) {
        box(rgb, face.box(), green, line);
        for (org.facestream.detector.face.Point landmark : face.landmarks().points()) {
          try (Point centre = new Point(Math.round(landmark.x()), Math.round(landmark.y()))) {
            opencv_imgproc.circle(
                rgb, centre, line + 1, red, opencv_imgproc.FILLED, opencv_imgproc.LINE_AA, 0);
          }
        }
        label(rgb, face, green, line);
      }
    }
  }

  private static void box(Mat rgb, Box box, Scalar colour, int line) {
    try (Point topLeft = new Point(Math.round(box.left()), Math.round(box.top()));
        Point bottomRight = new Point(Math.round(box.right()), Math.round(box.bottom()))) {
      opencv_imgproc.rectangle(rgb, topLeft, bottomRight, colour, line, opencv_imgproc.LINE_AA, 0);
    }
  }

  /** On a ground of the box's colour: over the picture itself it could not be read. */
  private static void label(Mat rgb, Detection face, Scalar colour, int line) {
    String text = String.format(Locale.ROOT, "%.3f", face.score());
    double scale = 0.4 + 0.1 * line;
    int[] below = new int[1];
    try (Size size = opencv_imgproc.getTextSize(text, FONT, scale, line, below);
        Scalar black = new Scalar(0, 0, 0, 0)) {
      int margin = line + 1;
      int width = size.width() + 2 * margin;
      int height = size.height() + below[0] + 2 * margin;
      int top = Math.round(face.box().top()) - height;
      if (top < 0) {
        // Where there is no room above the box, below its upper edge.
        top = Math.max(0, Math.round(face.box().top()));
      }
      int left = Math.max(0, Math.min(Math.round(face.box().left()), rgb.cols() - width));
      try (Rect ground = new Rect(left, top, width, height);
          Point origin = new Point(left + margin, top + margin + size.height())) {
        opencv_imgproc.rectangle(
            rgb, ground, colour, opencv_imgproc.FILLED, opencv_imgproc.LINE_8, 0);
        opencv_imgproc.putText(
            rgb, text, origin, FONT, scale, black, line, opencv_imgproc.LINE_AA, false);
      }
    }
  }

  /** Encodes as PNG. */
  static byte[] png(Picture picture) {
    try (Mat bgr = new Mat();
        BytePointer out = new BytePointer()) {
      opencv_imgproc.cvtColor(picture.rgb(), bgr, opencv_imgproc.COLOR_RGB2BGR);
      if (!opencv_imgcodecs.imencode(".png", bgr, out)) {
        throw new IllegalStateException("OpenCV could not encode a PNG");
      }
      byte[] bytes = new byte[Math.toIntExact(out.limit())];
      out.get(bytes);
      return bytes;
    }
  }
}
