package org.facestream.recognizer.facenet;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point2f;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.Portraits;
import org.facestream.ingest.frame.Picture;

/** Portraits in other sizes, turns and light. */
final class ShownPortraits {
  private ShownPortraits() {}

  /** How a portrait is shown: size, turn in degrees, and brightness as factor and offset. */
  record Change(double scale, double degrees, double contrast, double brightness) {
    static final Change NONE = new Change(2.5, 0, 1, 0);
  }

  /** Each person once, in a frame of grey as wide again on each side; the caller closes them. */
  static List<Picture> show(Change change) {
    List<Picture> pictures = new ArrayList<>();
    for (int person = 1; person <= Portraits.PEOPLE; person++) {
      try (Picture small = Portraits.portrait(person)) {
        pictures.add(changed(small, change));
      }
    }
    return pictures;
  }

  private static Picture changed(Picture small, Change change) {
    Mat shown = new Mat();
    int width = (int) (small.width() * change.scale() * 2);
    int height = (int) (small.height() * change.scale() * 2);
    try (Point2f centre = new Point2f((small.width() - 1) / 2f, (small.height() - 1) / 2f);
        Mat turn = opencv_imgproc.getRotationMatrix2D(centre, change.degrees(), change.scale());
        Mat shift = turn.col(2);
        Scalar toMiddle =
            new Scalar((width - small.width()) / 2.0, (height - small.height()) / 2.0, 0, 0);
        Mat offset = new Mat(2, 1, opencv_core.CV_64F);
        Size size = new Size(width, height);
        Scalar grey = new Scalar(120, 120, 120, 0)) {
      offset.ptr(0).putDouble(toMiddle.get(0));
      offset.ptr(1).putDouble(toMiddle.get(1));
      opencv_core.add(shift, offset, shift);
      opencv_imgproc.warpAffine(
          small.rgb(),
          shown,
          turn,
          size,
          opencv_imgproc.INTER_LINEAR,
          opencv_core.BORDER_CONSTANT,
          grey);
    }
    shown.convertTo(shown, -1, change.contrast(), change.brightness());
    return Picture.owning(shown);
  }
}
