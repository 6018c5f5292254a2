package org.facestream.deploy.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.deploy.simulation.rtsp.AccessUnit;
import org.facestream.deploy.simulation.rtsp.H264Encoder;
import org.facestream.deploy.simulation.rtsp.H264Loop;
import org.facestream.ingest.worker.Closing;

/**
 * What one camera sees: people who walk through a place, the same way again and again. The same
 * seed gives the same pictures.
 */
final class Scene implements AutoCloseable {
  static final int NOISE_MEAN = 16;

  private static final double NOISE_DEVIATION = 2.5;
  static final int NOISE_SHIFTS = 64;

  /** Pixels of a frame 720 high: a smaller face is not counted as seen. */
  private static final double SMALLEST_FACE = 56;

  private static final int QUANTISER = 24;

  private final Script script;
  private final Format format;
  private final Closing closing = new Closing();
  private final Backdrop backdrop;
  private final Mat noise;
  private final Map<String, Cutout> people = new TreeMap<>();

  /**
   * A walk in which a face can be seen.
   *
   * @param person the person's id
   * @param first frame of the loop
   * @param last frame of the loop
   * @param share of the frames between them in which nobody hides the face
   */
  record Appearance(String person, int first, int last, double share) {}

  Scene(Script script, Format format) {
    this.script = script;
    this.format = format;
    this.backdrop =
        closing.add(
            new Backdrop(
                script.photograph(),
                script.wall(),
                script.courses(),
                format.width(),
                format.height(),
                script.seed()));
    this.noise =
        closing.add(
            noise(format.width() + NOISE_SHIFTS, format.height() + NOISE_SHIFTS, script.seed()));
    for (Walk walk : script.walks()) {
      people.computeIfAbsent(walk.person(), id -> closing.add(new Cutout(DemoPeople.person(id))));
    }
  }

  int frames() {
    return script.seconds() * format.fps();
  }

  /**
   * Draws a frame.
   *
   * @param frame of the loop, from 0
   * @param into becomes RGB of the scene's size
   */
  void draw(int frame, Mat into) {
    backdrop.rgb().copyTo(into);
    int shift = new Random(script.seed() + frame).nextInt(NOISE_SHIFTS);
    for (Placed placed : at(frame)) {
      people.get(placed.walk().person()).draw(into, placed.pose(), backdrop.floor(), noise, shift);
    }
  }

  /** Encodes the whole loop. */
  H264Loop encode() {
    List<AccessUnit> units = new ArrayList<>();
    try (Mat picture = new Mat();
        H264Encoder encoder =
            new H264Encoder(format.width(), format.height(), format.fps(), QUANTISER)) {
      for (int frame = 0; frame < frames(); frame++) {
        draw(frame, picture);
        units.addAll(encoder.encode(picture));
      }
      units.addAll(encoder.finish());
    }
    if (units.size() != frames()) {
      throw new IllegalStateException(
          "the encoder made %d of %d frames".formatted(units.size(), frames()));
    }
    return new H264Loop(units, format.fps());
  }

  /** The truth of one loop, by time of appearance. */
  List<Appearance> appearances() {
    List<Appearance> appearances = new ArrayList<>();
    for (Walk walk : script.walks()) {
      int first = -1;
      int last = -1;
      int clear = 0;
      for (int frame = 0; frame < frames(); frame++) {
        if (visible(walk, frame)) {
          first = first < 0 ? frame : first;
          last = frame;
          clear++;
        }
      }
      if (first >= 0) {
        double share = clear / (double) (last - first + 1);
        appearances.add(new Appearance(walk.person(), first, last, share));
      }
    }
    appearances.sort(Comparator.comparingInt(Appearance::first));
    return appearances;
  }

  /** Everyone's pose in a frame, the farthest first. */
  List<Placed> at(int frame) {
    double time = frame / (double) format.fps();
    List<Placed> placed = new ArrayList<>();
    for (Walk walk : script.walks()) {
      if (walk.on(time)) {
        Pose pose = walk.at(time, format.width(), format.height(), backdrop.floor(), script.seed());
        placed.add(new Placed(walk, pose));
      }
    }
    placed.sort(Comparator.comparingDouble(person -> person.pose().faceWidth()));
    return placed;
  }

  @Override
  public void close() {
    closing.close();
  }

  /** Whether a walk shows its whole face in a frame, large enough and not hidden. */
  boolean visible(Walk walk, int frame) {
    List<Placed> placed = at(frame);
    for (int i = 0; i < placed.size(); i++) {
      Pose pose = placed.get(i).pose();
      if (placed.get(i).walk() == walk) {
        double smallest = SMALLEST_FACE * format.height() / 720;
        return pose.faceWidth() >= smallest
            && pose.inside(format.width(), format.height())
            && placed.subList(i + 1, placed.size()).stream()
                .noneMatch(nearer -> pose.hiddenBy(nearer.pose()));
      }
    }
    return false;
  }

  /** Grain about {@link #NOISE_MEAN}, RGB. */
  static Mat noise(int width, int height, long seed) {
    byte[] values = new byte[3 * width * height];
    Random random = new Random(seed);
    // Repeating every few rows is not seen, and spares seconds of random numbers.
    int distinct = Math.min(values.length, 3 * width * 61 + 7);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          i < distinct
              ? (byte) Math.max(0, NOISE_MEAN + NOISE_DEVIATION * random.nextGaussian())
              : values[i - distinct];
    }
    Mat noise = new Mat(height, width, opencv_core.CV_8UC3);
    noise.data().put(values);
    return noise;
  }

  /** A walk and where its person is. */
  record Placed(Walk walk, Pose pose) {}
}
