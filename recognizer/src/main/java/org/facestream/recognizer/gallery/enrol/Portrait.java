package org.facestream.recognizer.gallery.enrol;

import java.util.List;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.face.Box;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.ingest.frame.Orientation;
import org.facestream.ingest.frame.Picture;

/**
 * A photograph scaled for detection, and the face found in it.
 *
 * <p>Two kinds of photographs are difficult for the detector: those of tens of megapixels, which
 * take long, and close-ups without space around the face. The former are scaled down; the latter,
 * if no face was found, get a border and are enlarged.
 */
final class Portrait implements AutoCloseable {
  private static final int LONGEST_SIDE = 1600;
  private static final int SHORTEST_PADDED_SIDE = 400;
  private static final int THUMBNAIL_SIDE = 160;
  private static final int THUMBNAIL_QUALITY = 85;
  private static final float THUMBNAIL_MARGIN = .3f;

  private final Picture picture;
  private final double scale;

  private Portrait(Picture picture, double scale) {
    this.picture = picture;
    this.scale = scale;
  }

  /** The photograph as it is, or scaled down where it is large. The original stays its owner's. */
  static Portrait of(Picture original) {
    int longest = Math.max(original.width(), original.height());
    double scale = Math.min(1, LONGEST_SIDE / (double) longest);
    return new Portrait(scaled(original.rgb(), scale), scale);
  }

  /** With a grey border of half its size on every side, enlarged where it is small. */
  static Portrait padded(Picture original) {
    int shortest = Math.min(original.width(), original.height());
    int longest = Math.max(original.width(), original.height());
    double scale =
        Math.min(
            Math.max(1, SHORTEST_PADDED_SIDE / (double) shortest), LONGEST_SIDE / 2.0 / longest);
    if (scale >= 1) {
      return new Portrait(bordered(original.rgb(), scale), scale);
    }
    // Scaled down before the border is added: it would make 600 MB of a large photograph.
    try (Picture small = scaled(original.rgb(), scale)) {
      return new Portrait(bordered(small.rgb(), 1), scale);
    }
  }

  private static Picture bordered(Mat rgb, double scale) {
    int borderX = rgb.cols() / 2;
    int borderY = rgb.rows() / 2;
    try (Mat bordered = new Mat();
        Scalar grey = new Scalar(128, 128, 128, 0)) {
      opencv_core.copyMakeBorder(
          rgb, bordered, borderY, borderY, borderX, borderX, opencv_core.BORDER_CONSTANT, grey);
      return scaled(bordered, scale);
    }
  }

  private static Picture scaled(Mat rgb, double scale) {
    Mat scaled = new Mat();
    try (Size size =
        new Size(
            Math.max(1, (int) Math.round(rgb.cols() * scale)),
            Math.max(1, (int) Math.round(rgb.rows() * scale)))) {
      opencv_imgproc.resize(
          rgb,
          scaled,
          size,
          0,
          0,
          scale < 1 ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR);
      return Picture.owning(scaled);
    } catch (RuntimeException failed) {
      scaled.close();
      throw failed;
    }
  }

  /**
   * The same turned clockwise; this one is not changed.
   *
   * @param degrees a multiple of 90
   */
  Portrait turned(int degrees) {
    Mat turned = new Mat();
    try {
      Orientation.UPRIGHT.thenTurned(degrees).turn(picture.rgb(), turned);
      return new Portrait(Picture.owning(turned), scale);
    } catch (RuntimeException failed) {
      turned.close();
      throw failed;
    }
  }

  Picture picture() {
    return picture;
  }

  /** Width of a box in pixels of the original photograph. */
  double originalWidth(Box box) {
    return box.width() / scale;
  }

  /**
   * The faces that matter: those of at least the probability and a third of the largest one's
   * width, for somebody far behind does not make it unclear who is meant.
   */
  static List<Detection> foremost(List<Detection> found, float minScore) {
    List<Detection> likely =
        found.stream().filter(detection -> detection.score() >= minScore).toList();
    Optional<Float> largest =
        likely.stream().map(detection -> detection.box().width()).max(Float::compare);
    return likely.stream()
        .filter(detection -> detection.box().width() * 3 >= largest.orElse(0f))
        .toList();
  }

  /** The face with a little around it as a small JPEG. */
  byte[] thumbnail(Box box) {
    float margin = THUMBNAIL_MARGIN * Math.max(box.width(), box.height());
    int left = clamp(box.left() - margin, picture.width() - 1);
    int top = clamp(box.top() - margin, picture.height() - 1);
    int right = clamp(box.right() + margin, picture.width());
    int bottom = clamp(box.bottom() + margin, picture.height());
    try (Rect place = new Rect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
        Mat face = new Mat(picture.rgb(), place);
        Picture small =
            scaled(
                face, Math.min(1, THUMBNAIL_SIDE / (double) Math.max(face.cols(), face.rows())))) {
      return small.jpeg(THUMBNAIL_QUALITY);
    }
  }

  /** The whole picture as a small JPEG. */
  byte[] thumbnail() {
    return thumbnail(new Box(0, 0, picture.width(), picture.height()));
  }

  private static int clamp(float value, int most) {
    return Math.max(0, Math.min(most, Math.round(value)));
  }

  @Override
  public void close() {
    picture.close();
  }
}
