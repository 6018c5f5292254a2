package org.facestream.detector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;

/** Frames with real faces that a fresh clone has: the portraits of the AdminLTE package. */
public final class Portraits {
  private static final String FILE =
      "/META-INF/resources/webjars/AdminLTE/2.4.18/dist/img/user%d-%s.jpg";

  /** How many people there are. */
  public static final int PEOPLE = 8;

  private Portraits() {}

  /**
   * A portrait in a frame.
   *
   * @param number 1 to 8
   * @param x of the left edge
   * @param y of the top edge
   * @param side of the whole portrait, pixels; the face is about half of it
   */
  public record Placed(int number, int x, int y, int side) {}

  /** A frame of plain grey with portraits in it; its owner closes it. */
  public static Picture frame(int width, int height, Placed... placed) {
    Mat frame = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(120, 120, 120, 0));
    for (Placed one : placed) {
      try (Picture portrait = portrait(one.number());
          Size size = new Size(one.side(), one.side());
          Mat scaled = new Mat();
          Rect place = new Rect(one.x(), one.y(), one.side(), one.side());
          Mat target = new Mat(frame, place)) {
        opencv_imgproc.resize(portrait.rgb(), scaled, size, 0, 0, opencv_imgproc.INTER_CUBIC);
        scaled.copyTo(target);
      }
    }
    return Picture.owning(frame);
  }

  /** The photograph of a person, 1 to 8, as it is in the jar. */
  public static byte[] photograph(int person) {
    String file = FILE.formatted(person, person == 2 ? "160x160" : "128x128");
    try (InputStream input = Portraits.class.getResourceAsStream(file)) {
      return input.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The photograph of a person, 1 to 8; its owner closes it. */
  public static Picture portrait(int person) {
    try {
      return Picture.decodeStill(photograph(person));
    } catch (UnreadablePictureException damaged) {
      throw new IllegalStateException("portrait " + person, damaged);
    }
  }
}
