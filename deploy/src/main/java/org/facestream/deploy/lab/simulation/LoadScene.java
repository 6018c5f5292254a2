package org.facestream.deploy.lab.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.ingest.worker.Closing;

/**
 * A place that a steady number of people cross, one behind the other at the same pace: as one goes
 * out on the right, the next comes in on the left, also from the loop's end to its beginning.
 * Nobody hides anybody.
 */
final class LoadScene implements AutoCloseable {
  /** A person needs this long from one side to the other. */
  static final int CROSSING_SECONDS = 8;

  /** Everyone who is in sight at a time is followed by two others before the loop is over. */
  static final int LOOP_SECONDS = 3 * CROSSING_SECONDS;

  private static final double LEFT = -0.05;
  private static final double RIGHT = 1.05;
  private static final double REFERENCE_HEIGHT = 720;

  /** Of a frame 720 pixels high. */
  private static final double WIDEST_FACE = 100;

  /** How much coarser than on the people, who have some already. */
  private static final double GRAIN = 2;

  private static final double FACES_OF_DISTANCE = 0.4;
  private static final long SEED = 5;

  private final Format format;
  private final Closing closing = new Closing();
  private final Place place;
  private final List<Walk> walks = new ArrayList<>();
  private final List<Cutout> people = new ArrayList<>();

  LoadScene(Format format, int faces) {
    this.format = format;
    this.place = closing.add(new Place(format, "photo2.png", new Scalar(120, 82, 52, 0), 2, SEED));
    List<Cutout> everyone = new ArrayList<>();
    for (DemoPerson person : DemoPeople.all()) {
      everyone.add(closing.add(new Cutout(person)));
    }
    double width = faceWidth(format, faces) * REFERENCE_HEIGHT / format.height();
    int crossings = faces * LOOP_SECONDS / CROSSING_SECONDS;
    for (int i = 0; i < crossings; i++) {
      // The last is followed by the first again, and nobody by themselves.
      int who = (i + (i > 0 && i == crossings - 1 ? 1 : 0)) % everyone.size();
      people.add(everyone.get(who));
      walks.add(
          new Walk(
              DemoPeople.all().get(who).id(),
              i * (double) CROSSING_SECONDS / faces,
              CROSSING_SECONDS,
              LEFT,
              (LEFT + RIGHT) / 2,
              RIGHT,
              0,
              0.92 * width,
              width));
    }
  }

  /** Pixels across a face with a number of people in sight; infinite for nobody. */
  static double faceWidth(Format format, int faces) {
    double distance = (RIGHT - LEFT) * format.width() / faces;
    return Math.min(WIDEST_FACE * format.height() / REFERENCE_HEIGHT, FACES_OF_DISTANCE * distance);
  }

  int frames() {
    return LOOP_SECONDS * format.fps();
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
    double time = frame / (double) format.fps();
    for (int i = 0; i < walks.size(); i++) {
      Walk walk = walks.get(i);
      double since = (time - walk.start() + LOOP_SECONDS) % LOOP_SECONDS;
      if (since < walk.seconds()) {
        place.draw(into, people.get(i), place.pose(walk, walk.start() + since, SEED + i), shift);
      }
    }
    // Without it nothing but the people changes, and decoding is far too cheap.
    place.addGrain(into, shift, GRAIN);
  }

  /** Encodes the whole loop. */
  H264Loop encode() {
    return place.encode(frames(), this::draw);
  }

  @Override
  public void close() {
    closing.close();
  }
}
