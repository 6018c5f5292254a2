package org.facestream.recognizer.facenet;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;

/**
 * What must be known of a descriptor network to use it: the JSON file beside its ONNX file. Every
 * field is required. One component per field of that file.
 *
 * @param name by which references in the gallery say whose descriptors they hold; letters, digits,
 *     dot, dash and underscore
 * @param file the ONNX file's name, in the same folder
 * @param sha256 of the ONNX file, 64 hexadecimal digits
 * @param input what the network takes
 * @param alignment how the face is laid into it
 * @param length how many values a descriptor has
 * @param normalise whether the descriptor is to be brought to length 1
 * @param metric how descriptors are compared
 * @param threshold a face that is nearer than this to somebody in the gallery speaks for them
 * @param verification two faces, with nobody else in question, are held to be of one person when
 *     they are nearer than this; not less than {@code threshold}
 * @param origin where the weights come from
 * @param licence of the weights, as SPDX names it
 */
// The fields of its JSON file, which Jackson alone fills in.
public record ModelDefinition(
    String name,
    String file,
    String sha256,
    Input input,
    Alignment alignment,
    int length,
    boolean normalise,
    Metric metric,
    float threshold,
    float verification,
    String origin,
    String licence) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int MOST_VALUES = 4096;

  /** Between descriptors of length 1, and by the angle. */
  private static final float FARTHEST = 2;

  private static final int MOST_SIDE = 1024;

  public ModelDefinition {
    require(NAME.matcher(name).matches(), "name: 1 to 64 letters, digits, '.', '-', '_'");
    require(NAME.matcher(file).matches(), "file: the name of a file in the same folder");
    require(SHA256.matcher(sha256).matches(), "sha256: 64 lower-case hexadecimal digits");
    require(length >= 1 && length <= MOST_VALUES, "length: 1 to 4096 values");
    require(threshold > 0 && Float.isFinite(threshold), "threshold: a number above 0");
    require(
        verification <= FARTHEST || (metric == Metric.EUCLIDEAN && !normalise),
        "verification: at most 2, which is as far as two descriptors can be apart");
    require(
        verification >= threshold && Float.isFinite(verification),
        "verification: a number not below threshold");
    for (Point point : alignment.landmarks().points()) {
      require(
          point.x() >= -input.width()
              && point.x() <= 2 * input.width()
              && point.y() >= -input.height()
              && point.y() <= 2 * input.height(),
          "alignment.template: points within the input or near it");
    }
    require(
        spread(alignment.landmarks().points(), Point::x) >= 1
            && spread(alignment.landmarks().points(), Point::y) >= 1,
        "alignment.template: five points of a face, not all in one place or on one line");
  }

  private static double spread(List<Point> points, ToDoubleFunction<Point> coordinate) {
    DoubleSummaryStatistics range = points.stream().mapToDouble(coordinate).summaryStatistics();
    return range.getMax() - range.getMin();
  }

  /** Of a tensor's values. */
  public enum Type {
    UINT8,
    FLOAT32
  }

  /** Order of a tensor's dimensions: N batch, H height, W width, C channels. */
  public enum Layout {
    NHWC,
    NCHW
  }

  /** Order of colours. */
  public enum Channels {
    RGB,
    BGR
  }

  /**
   * The input tensor.
   *
   * @param width in pixels
   * @param height in pixels
   * @param type of values; {@code uint8} takes the pixels as they are, so it goes with {@code
   *     nhwc}, {@code rgb}, mean 0 and deviation 1
   * @param layout order of dimensions
   * @param channels order of colours
   * @param mean of red, green and blue, subtracted from 0 to 255
   * @param deviation of red, green and blue, by which the difference is divided
   */
  public record Input(
      int width,
      int height,
      Type type,
      Layout layout,
      Channels channels,
      List<Float> mean,
      List<Float> deviation) {
    public Input {
      require(width >= 16 && width <= MOST_SIDE, "input.width: 16 to 1024 pixels");
      require(height >= 16 && height <= MOST_SIDE, "input.height: 16 to 1024 pixels");
      require(finite(mean), "input.mean: three numbers, for red, green and blue");
      require(
          finite(deviation) && deviation.stream().allMatch(value -> value > 0),
          "input.deviation: three numbers above 0, for red, green and blue");
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
      require(
          type != Type.UINT8
              || (layout == Layout.NHWC
                  && channels == Channels.RGB
                  && mean.equals(List.of(0f, 0f, 0f))
                  && deviation.equals(List.of(1f, 1f, 1f))),
          "input: type uint8 needs layout nhwc, channels rgb, mean 0 and deviation 1");
    }

    private static boolean finite(List<Float> values) {
      return values.size() == 3
          && values.stream().allMatch(value -> value != null && Float.isFinite(value));
    }
  }

  /**
   * How a face is laid into the input.
   *
   * @param template where its landmarks go, five pairs of x and y in pixels of the input: left eye,
   *     right eye, nose, left and right corner of the mouth, as seen in the picture
   * @param stretch how much wider than high the network wants faces to be: what lies around the
   *     middle of the input is this much broader than in the picture; 1 for true proportions
   * @param mirrored whether the descriptor is the mean of the face's and of its mirror image's;
   *     twice the work
   */
  public record Alignment(List<List<Float>> template, float stretch, boolean mirrored) {
    public Alignment {
      require(stretch >= 0.5f && stretch <= 2, "alignment.stretch: 0.5 to 2");
      require(
          template.size() == 5
              && template.stream()
                  .allMatch(
                      pair ->
                          pair != null
                              && pair.size() == 2
                              && pair.stream().allMatch(v -> v != null && Float.isFinite(v))),
          "alignment.template: five pairs of numbers");
      template = template.stream().map(List::copyOf).toList();
    }

    public Landmarks landmarks() {
      return Landmarks.of(
          template.stream().map(pair -> new Point(pair.get(0), pair.get(1))).toList());
    }
  }

  private static void require(boolean kept, String rule) {
    if (!kept) {
      throw new IllegalArgumentException(rule);
    }
  }
}
