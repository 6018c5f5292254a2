package org.facestream.deploy.lab.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.Closing;

/**
 * Pictures of a place with a wanted number of faces, none hidden, and the truth about where they
 * are: what a detector is measured on. The same seed gives the same pictures.
 */
public final class Crowd implements AutoCloseable {
  /** A face's height in widths of it, as the outlines of the people were drawn. */
  private static final double HEIGHT_OF_WIDTH = 1.3;

  private static final List<String> PLACES = List.of("photo1.png", "photo2.png", "photo4.jpg");
  private static final Scalar EDGE = new Scalar(70, 66, 62, 0);

  private final int width;
  private final int height;
  private final int faces;
  private final long seed;
  private final Closing closing = new Closing();
  private final List<Backdrop> places = new ArrayList<>();
  private final List<Cutout> people = new ArrayList<>();
  private final Grain grain;

  /**
   * @param width of the pictures, pixels
   * @param height of the pictures, pixels
   * @param faces in each of them, 0 or more
   * @param seed of everything that looks accidental
   */
  public Crowd(int width, int height, int faces, long seed) {
    this.width = width;
    this.height = height;
    this.faces = faces;
    this.seed = seed;
    for (String photograph : PLACES) {
      places.add(closing.add(new Backdrop(photograph, EDGE, 3, width, height, seed)));
    }
    for (DemoPerson person : DemoPeople.all()) {
      people.add(closing.add(new Cutout(person)));
    }
    grain = closing.add(new Grain(width, height, seed));
  }

  /**
   * Draws a picture.
   *
   * @param number of the picture, from 0; others have the faces elsewhere
   * @param into becomes RGB of the wanted size
   * @return where the faces are, in pixels
   */
  public List<Box> draw(int number, Mat into) {
    Random random = new Random(seed * 7919 + number);
    places.get(number % places.size()).rgb().copyTo(into);
    // Rows as in a stand, each behind an edge; as many columns as the picture is wide for them.
    int columns = (int) Math.max(1, Math.ceil(Math.sqrt(faces * 1.35 * width / (double) height)));
    int rows = (faces + columns - 1) / columns;
    int shift = Grain.shift(random);
    List<Box> truth = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int floor = height * (row + 1) / rows;
      int inRow = Math.min(columns, faces - row * columns);
      double cell = width / (double) inRow;
      double most = Math.min(Math.min(cell * 0.4, height * 0.27 / rows), 0.2 * height);
      for (int column = 0; column < inRow; column++) {
        int person = random.nextInt(people.size());
        double face = most * (0.75 + 0.25 * random.nextDouble());
        double x = cell * (column + 0.4 + 0.2 * random.nextDouble());
        double tall =
            Math.min(1.5 + 0.4 * random.nextDouble(), DemoPeople.all().get(person).reach());
        double y = floor - tall * face;
        double degrees = 8 * random.nextDouble() - 4;
        double light = 0.85 + 0.25 * random.nextDouble();
        people.get(person).draw(into, new Pose(x, y, face, degrees, light), floor, grain, shift);
        double half = HEIGHT_OF_WIDTH * face / 2;
        truth.add(
            new Box(
                (float) (x - face / 2),
                (float) (y - half),
                (float) (x + face / 2),
                (float) (y + half)));
      }
      try (Point left = new Point(0, floor - 2);
          Point right = new Point(width, floor - 2)) {
        opencv_imgproc.line(into, left, right, EDGE, 4, opencv_imgproc.LINE_8, 0);
      }
    }
    return truth;
  }

  @Override
  public void close() {
    closing.close();
  }
}
