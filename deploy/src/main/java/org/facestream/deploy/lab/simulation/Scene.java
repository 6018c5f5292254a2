package org.facestream.deploy.lab.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.ingest.worker.Closing;

/**
 * What one camera sees: people who walk through a place, the same way again and again. The same
 * seed gives the same pictures.
 */
final class Scene implements AutoCloseable {
  /** Pixels of a frame 720 high: a smaller face is not counted as seen. */
  private static final double SMALLEST_FACE = 56;

  private final Script script;
  private final Format format;
  private final Closing closing = new Closing();
  private final Place place;
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
    this.place =
        closing.add(
            new Place(
                format,
                script.photograph(),
                script.wall().colour(),
                script.wall().courses(),
                script.seed()));
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
    place.drawEmpty(into);
    int shift = place.shift(frame);
    for (Placed placed : at(frame)) {
      Cutout person =
          Objects.requireNonNull(people.get(placed.walk().person()), "loaded for every walk");
      place.draw(into, person, placed.pose(), shift);
    }
  }

  /** Encodes the whole loop. */
  H264Loop encode() {
    return place.encode(frames(), this::draw);
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
        placed.add(new Placed(walk, place.pose(walk, time, script.seed())));
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

  /** A walk and where its person is. */
  record Placed(Walk walk, Pose pose) {}
}
