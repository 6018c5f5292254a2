package org.facestream.deploy.lab.simulation;

import java.util.List;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * What happens in front of one camera.
 *
 * @param camera the camera's id
 * @param photograph of the place, a file name in AdminLTE's {@code dist/img}
 * @param wall in front
 * @param seconds until it begins again; nobody is in sight then
 * @param seed of everything that looks accidental
 * @param walks who comes and goes
 */
record Script(
    String camera, String photograph, Wall wall, int seconds, long seed, List<Walk> walks) {
  /**
   * A wall behind which people walk.
   *
   * @param red 0 to 255
   * @param green 0 to 255
   * @param blue 0 to 255
   * @param courses rows of stones or boards
   */
  record Wall(int red, int green, int blue, int courses) {
    Scalar colour() {
      return new Scalar(red, green, blue, 0);
    }
  }

  /** How long every camera's loop takes. */
  private static final int LOOP = 40;

  /**
   * Three cameras. Alex Birch and Robin Rowan are seen by two of them; strangers, who are not
   * enrolled, by all. Faces of people who pass each other differ in size, so that only the farther
   * one is hidden, and only for a moment.
   */
  static final List<Script> ALL =
      List.of(
          new Script(
              "gate",
              "photo1.png",
              new Wall(94, 92, 88, 3),
              LOOP,
              11,
              List.of(
                  new Walk("alex-birch", 0.5, 13, -0.12, 0.45, 1.12, 0, 84, 100),
                  new Walk("robin-rowan", 5, 13, 1.15, 0.62, -0.15, 0.1, 112, 128),
                  new Walk("kim-hazel", 14, 14, -0.12, 0.5, 1.12, 0.1, 78, 92),
                  new Walk("alex-birch", 21, 12, 1.12, 0.5, -0.12, 0, 110, 96),
                  new Walk("stranger-3", 26, 13, -0.15, 0.4, 1.15, 0, 70, 84))),
          new Script(
              "office",
              "photo2.png",
              new Wall(120, 82, 52, 2),
              LOOP,
              12,
              List.of(
                  new Walk("stranger-1", 0.5, 14, 1.12, 0.6, 1.12, 0.3, 96, 112),
                  new Walk("noor-maple", 3, 13, -0.12, 0.3, -0.12, 0.3, 82, 92),
                  new Walk("alex-birch", 15.5, 14, -0.15, 0.45, 1.15, 0.1, 104, 120),
                  new Walk("stranger-3", 18, 14, 1.12, 0.55, -0.12, 0.15, 76, 86),
                  new Walk("noor-maple", 26, 13, -0.12, 0.5, 1.12, 0, 90, 84))),
          new Script(
              "quay",
              "photo4.jpg",
              new Wall(104, 78, 66, 4),
              LOOP,
              13,
              List.of(
                  new Walk("sascha-linden", 0.5, 13, -0.15, 0.5, 1.15, 0, 90, 104),
                  new Walk("stranger-2", 4, 13, 1.12, 0.6, -0.12, 0, 66, 76),
                  new Walk("robin-rowan", 12, 13, -0.15, 0.35, -0.15, 0.25, 100, 112),
                  new Walk("sascha-linden", 19, 14, 1.12, 0.65, 1.12, 0.25, 72, 88),
                  new Walk("stranger-2", 26, 13, -0.15, 0.45, 1.15, 0.1, 92, 104))));

  Script {
    walks = List.copyOf(walks);
    for (Walk walk : walks) {
      if (walk.start() < 0 || walk.start() + walk.seconds() > seconds) {
        throw new IllegalArgumentException(
            walk.person() + " would still be in sight when the loop of " + camera + " ends");
      }
    }
  }
}
