package org.facestream.deploy.command;

import java.util.List;
import java.util.Locale;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.face.Box;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Picture;

/** Draws found faces into a picture: boxes, landmarks, and the score above. */
final class Drawing {
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

  private static void label(Mat rgb, Detection face, Scalar colour, int line) {
    float above = face.box().top() - 4;
    // Where there is no room above the box, below its upper edge.
    float y = above < 12 ? face.box().top() + 14 : above;
    try (Point origin = new Point(Math.round(face.box().left()), Math.round(y))) {
      opencv_imgproc.putText(
          rgb,
          String.format(Locale.ROOT, "%.3f", face.score()),
          origin,
          opencv_imgproc.FONT_HERSHEY_SIMPLEX,
          0.4 + 0.1 * line,
          colour,
          line,
          opencv_imgproc.LINE_AA,
          false);
    }
  }
}
