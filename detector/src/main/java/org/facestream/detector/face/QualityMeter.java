package org.facestream.detector.face;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Measures how suitable a face is for recognition. Every part and the total are 0 to 1.
 *
 * <ul>
 *   <li>{@code size = min(1, √area / 112)}, the box's area in pixels of the frame.
 *   <li>{@code pose = cos²(yaw) · cos²(pitch) · cos(roll / 2)}, 0 beyond 90°; see {@link HeadPose}.
 *       Roll has little weight, because alignment removes it.
 *   <li>{@code sharpness = min(1, lost / 0.6)}: the face scaled to {@value #SIDE} × {@value #SIDE}
 *       in grey; {@code lost} is the share of the differences between neighbours that a further
 *       blur takes away, the mean of both directions (1 less the blur effect of Crete et al., SPIE
 *       6492, 2007, with differences of one level taken for rounding). A ratio, so contrast does
 *       not matter; and a small face enlarged is as unsharp as it looks to the recognizer. Crisp
 *       faces of 100 pixels lose 0.5 to 0.6, those of 35 pixels 0.2 to 0.4.
 *   <li>{@code exposure = min(1, mean / 60, (255 - mean) / 55) · min(1, deviation / 24) · (1 -
 *       clipped)}, of the same grey values; {@code clipped} is the share below 6 or above 249. The
 *       plateau of the mean is wide so that neither dark nor light skin is marked down.
 *   <li>{@code overall = sharpness^0.25 · size^0.25 · pose^0.3 · exposure^0.1 · score^0.1}: a
 *       weighted geometric mean, because one bad part makes a face unsuitable.
 * </ul>
 */
public final class QualityMeter {
  private static final int SIDE = 96;
  private static final int BLUR_REACH = 4;
  private static final double CRISP = 0.6;
  private static final double FULL_SIZE = 112;

  private QualityMeter() {}

  /**
   * Measures a face.
   *
   * @param rgb the frame, CV_8UC3; parts of the box outside of it are ignored
   * @param score the detector's probability, 0 to 1
   */
  public static Quality measure(Mat rgb, Box box, Landmarks landmarks, float score) {
    byte[] grey = grey(rgb, box);
    double sharpness = sharpness(grey);
    double size = Math.min(1, Math.sqrt(box.area()) / FULL_SIZE);
    HeadPose head = HeadPose.of(landmarks);
    double pose = pose(head);
    double exposure = exposure(grey);
    double overall =
        Math.pow(sharpness, 0.25)
            * Math.pow(size, 0.25)
            * Math.pow(pose, 0.3)
            * Math.pow(exposure, 0.1)
            * Math.pow(Math.max(0, Math.min(1, score)), 0.1);
    return new Quality(
        (float) overall,
        (float) sharpness,
        (float) size,
        (float) pose,
        (float) exposure,
        (float) head.yaw(),
        (float) head.pitch(),
        (float) head.roll());
  }

  private static double pose(HeadPose head) {
    double yaw = Math.max(0, Math.cos(Math.toRadians(head.yaw())));
    double pitch = Math.max(0, Math.cos(Math.toRadians(head.pitch())));
    double roll = Math.max(0, Math.cos(Math.toRadians(head.roll() / 2)));
    return yaw * yaw * pitch * pitch * roll;
  }

  /** The part of the box inside the frame, as SIDE × SIDE grey values. */
  private static byte[] grey(Mat rgb, Box box) {
    float insetX = box.width() / 10;
    float insetY = box.height() / 10;
    int left = clamp(box.left() + insetX, rgb.cols() - 1);
    int top = clamp(box.top() + insetY, rgb.rows() - 1);
    int right = clamp(box.right() - insetX, rgb.cols() - 1);
    int bottom = clamp(box.bottom() - insetY, rgb.rows() - 1);
    try (Rect place = new Rect(left, top, right - left + 1, bottom - top + 1);
        Mat face = new Mat(rgb, place);
        Mat grey = new Mat();
        Mat scaled = new Mat();
        Size side = new Size(SIDE, SIDE)) {
      opencv_imgproc.cvtColor(face, grey, opencv_imgproc.COLOR_RGB2GRAY);
      boolean shrinks = (long) place.width() * place.height() > SIDE * SIDE;
      int filter = shrinks ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR;
      opencv_imgproc.resize(grey, scaled, side, 0, 0, filter);
      byte[] values = new byte[SIDE * SIDE];
      try (BytePointer data = scaled.data()) {
        data.get(values);
      }
      return values;
    }
  }

  private static double sharpness(byte[] grey) {
    return Math.min(1, (lost(grey, 1, SIDE) + lost(grey, SIDE, 1)) / 2 / CRISP);
  }

  /**
   * The share of the differences along one direction that a box blur along it removes.
   *
   * @param along from one value to the next of a line
   * @param across from one line to the next
   */
  private static double lost(byte[] grey, int along, int across) {
    int reach = 2 * BLUR_REACH + 1;
    long all = 0;
    double gone = 0;
    for (int line = 0; line < SIDE; line++) {
      int start = line * across;
      for (int i = BLUR_REACH + 1; i < SIDE - BLUR_REACH; i++) {
        int arriving = grey[start + (i + BLUR_REACH) * along] & 0xff;
        int leaving = grey[start + (i - BLUR_REACH - 1) * along] & 0xff;
        // Differences of one level are rounding, which a blur cannot remove.
        int difference =
            Math.max(
                0,
                Math.abs((grey[start + i * along] & 0xff) - (grey[start + (i - 1) * along] & 0xff))
                    - 1);
        // Neighbouring means differ by what entered and what left.
        double blurred = Math.abs(arriving - leaving) / (double) reach;
        all += difference;
        gone += Math.max(0, difference - blurred);
      }
    }
    return all == 0 ? 0 : gone / all;
  }

  private static double exposure(byte[] grey) {
    long sum = 0;
    long squares = 0;
    int clipped = 0;
    for (byte value : grey) {
      int level = value & 0xff;
      sum += level;
      squares += (long) level * level;
      if (level < 6 || level > 249) {
        clipped++;
      }
    }
    double mean = sum / (double) grey.length;
    double deviation = Math.sqrt(Math.max(0, squares / (double) grey.length - mean * mean));
    return Math.min(1, Math.min(mean / 60, (255 - mean) / 55))
        * Math.min(1, deviation / 24)
        * (1 - clipped / (double) grey.length);
  }

  private static int clamp(float value, int most) {
    return Math.max(0, Math.min(most, Math.round(value)));
  }
}
