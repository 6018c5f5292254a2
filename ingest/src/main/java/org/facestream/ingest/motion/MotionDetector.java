package org.facestream.ingest.motion;

import java.util.ArrayList;
import java.util.List;
import org.facestream.ingest.registry.MotionOptions;
import org.facestream.ingest.registry.Polygon;

/**
 * Detects movement by comparing pictures with the background, which is updated continuously. A
 * change of the overall light does not count. An object that stays or leaves becomes background
 * after a few seconds. One thread uses it.
 *
 * <p>A pixel counts when it and its neighbours to the right and below all differ by more than the
 * threshold, so that noise in single pixels does not.
 */
public final class MotionDetector {
  private static final double LARGEST_THRESHOLD = 30;
  private static final double THRESHOLD_RATIO = 1.0 / 6;
  private static final double MOST_PIXELS = 24;
  private static final double PIXELS_RATIO = 1 / MOST_PIXELS;

  /** A pixel that keeps its value enters the background soon, a changing one hardly. */
  private static final double STEADY_SECONDS = 2;

  private static final double UNSTEADY_SECONDS = 20;
  private static final double LONGEST_STEP = 5;

  private final double threshold;
  private final int least;
  private final List<Polygon> masks;

  private int width;
  private int height;
  private float[] scene = {};
  private byte[] before = {};
  private boolean[] masked = {};
  private boolean[] changed = {};
  private long last;

  /** Uses the camera's motion options. */
  public MotionDetector(MotionOptions options) {
    this(options.sensitivity(), options.masks());
  }

  /**
   * @param sensitivity 0 to 1
   * @param masks areas that do not count
   */
  public MotionDetector(double sensitivity, List<Polygon> masks) {
    this.threshold = LARGEST_THRESHOLD * Math.pow(THRESHOLD_RATIO, sensitivity);
    this.least = (int) Math.max(1, Math.round(MOST_PIXELS * Math.pow(PIXELS_RATIO, sensitivity)));
    this.masks = new ArrayList<>(masks);
  }

  /**
   * Whether something moves in a picture; always true for the first picture, and the first of
   * another size.
   *
   * @param time of the picture in nanoseconds
   */
  public boolean moves(Luma picture, long time) {
    if (scene.length == 0 || picture.width() != width || picture.height() != height) {
      begin(picture);
      last = time;
      return true;
    }
    int light = light(picture.pixels());
    for (int i = 0; i < scene.length; i++) {
      float difference = (picture.pixels()[i] & 0xff) - scene[i] - light;
      changed[i] = !masked[i] && Math.abs(difference) > threshold;
    }
    follow(picture.pixels(), Math.min(LONGEST_STEP, Math.max(0, time - last) / 1e9));
    last = time;
    return solid() >= least;
  }

  private void begin(Luma picture) {
    width = picture.width();
    height = picture.height();
    scene = new float[width * height];
    masked = new boolean[scene.length];
    changed = new boolean[scene.length];
    before = picture.pixels();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        scene[at] = picture.pixels()[at] & 0xff;
        double toRight = (x + 0.5) / width;
        double down = (y + 0.5) / height;
        masked[at] = masks.stream().anyMatch(mask -> mask.contains(toRight, down));
      }
    }
  }

  /** How much brighter the whole picture is: the median, which a single object hardly changes. */
  private int light(byte[] pixels) {
    int[] counts = new int[511];
    int total = 0;
    for (int i = 0; i < scene.length; i++) {
      if (!masked[i]) {
        counts[255 + Math.round((pixels[i] & 0xff) - scene[i])]++;
        total++;
      }
    }
    int below = 0;
    int median = 0;
    while (median < counts.length - 1 && (below += counts[median]) * 2 < total) {
      median++;
    }
    return total == 0 ? 0 : median - 255;
  }

  private void follow(byte[] pixels, double seconds) {
    float soon = (float) (1 - Math.exp(-seconds / STEADY_SECONDS));
    float hardly = (float) (1 - Math.exp(-seconds / UNSTEADY_SECONDS));
    for (int i = 0; i < scene.length; i++) {
      int value = pixels[i] & 0xff;
      boolean steady = Math.abs(value - (before[i] & 0xff)) <= threshold / 2;
      scene[i] += (value - scene[i]) * (steady ? soon : hardly);
    }
    before = pixels;
  }

  private int solid() {
    int count = 0;
    for (int y = 0; y < height - 1; y++) {
      for (int at = y * width; at < (y + 1) * width - 1; at++) {
        if (changed[at] && changed[at + 1] && changed[at + width] && changed[at + width + 1]) {
          count++;
        }
      }
    }
    return count;
  }
}
