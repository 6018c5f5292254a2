package org.facestream.deploy.lab.simulation;

import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.ingest.frame.Picture;

/**
 * Where a scene plays: a photograph of a place without people, and in front of it a wall or counter
 * behind which people walk, which also hides that their photographs end at the chest.
 */
final class Backdrop implements AutoCloseable {
  /** Share of the frame's height above the wall. */
  private static final double OPEN = 0.74;

  private static final double FOCUS_BLUR = 1.4;

  private final Mat rgb = new Mat();
  private final int floor;

  /**
   * @param photograph file name in AdminLTE's {@code dist/img}
   * @param wall colour of the wall in front, red first
   * @param courses rows of stones or boards in the wall
   * @param width of the frame, pixels
   * @param height of the frame, pixels
   * @param seed of the wall's texture
   */
  Backdrop(String photograph, Scalar wall, int courses, int width, int height, long seed) {
    floor = (int) (height * OPEN);
    try (Picture picture = DemoPeople.picture(photograph);
        Mat scaled = new Mat()) {
      double scale = Math.max(width / (double) picture.width(), height / (double) picture.height());
      int scaledWidth = Math.max(width, (int) Math.round(picture.width() * scale));
      int scaledHeight = Math.max(height, (int) Math.round(picture.height() * scale));
      opencv_imgproc.resize(
          picture.rgb(),
          scaled,
          new Size(scaledWidth, scaledHeight),
          0,
          0,
          opencv_imgproc.INTER_AREA);
      Rect part = new Rect((scaledWidth - width) / 2, (scaledHeight - height) / 2, width, height);
      try (Mat middle = scaled.apply(part)) {
        opencv_imgproc.GaussianBlur(middle, rgb, new Size(0, 0), FOCUS_BLUR);
      }
    }
    build(wall, courses, new Random(seed));
  }

  /** The empty scene, RGB. */
  Mat rgb() {
    return rgb;
  }

  /** y of the wall's upper edge: nothing of a person shows below it. */
  int floor() {
    return floor;
  }

  @Override
  public void close() {
    rgb.close();
  }

  private void build(Scalar colour, int courses, Random random) {
    int width = rgb.cols();
    int height = rgb.rows() - floor;
    byte[] pixels = new byte[3 * width * height];
    int course = Math.max(1, height / courses);
    for (int y = 0; y < height; y++) {
      int row = y / course;
      boolean joint = y % course < 2;
      double shade = y < 5 ? 1.25 : 1.0 - 0.35 * y / height;
      // Neighbouring pixels of a row belong together, like grain.
      double grain = 0;
      for (int x = 0; x < width; x++) {
        grain = 0.97 * grain + 0.03 * random.nextGaussian() * 6;
        boolean gap = (x + row % 2 * course) % (2 * course) < 2;
        double light = shade * (1 + 0.06 * grain) * (y >= 5 && (joint || gap) ? 0.8 : 1);
        for (int channel = 0; channel < 3; channel++) {
          double value = colour.get(channel) * light;
          pixels[3 * (y * width + x) + channel] = (byte) Math.max(0, Math.min(255, value));
        }
      }
    }
    try (Mat wall = new Mat(height, width, opencv_core.CV_8UC3);
        Mat place = rgb.apply(new Rect(0, floor, width, height))) {
      wall.data().put(pixels);
      wall.copyTo(place);
    }
  }
}
