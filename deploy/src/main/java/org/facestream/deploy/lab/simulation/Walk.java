package org.facestream.deploy.lab.simulation;

import java.util.Random;

/**
 * One person's way through a scene: from one side to a turning point, perhaps a stop there, and on
 * to where they leave.
 *
 * @param person the person's id
 * @param start seconds from the beginning of the loop
 * @param seconds how long, until out of sight
 * @param fromX fraction of the frame's width; below 0 and above 1 is outside
 * @param viaX fraction of the frame's width, half-way
 * @param toX fraction of the frame's width
 * @param pause share of the time spent standing at the turning point, 0 to below 1
 * @param widthFrom width of the face at the start, pixels of a frame 720 pixels high
 * @param widthTo width of the face at the end
 */
// A row of the tables in Script.
record Walk(
    String person,
    double start,
    double seconds,
    double fromX,
    double viaX,
    double toX,
    double pause,
    double widthFrom,
    double widthTo) {
  private static final double REFERENCE_HEIGHT = 720;
  private static final double STEPS_PER_SECOND = 1.7;

  /** In widths of the face. */
  private static final double STEP_HEIGHT = 0.05;

  boolean on(double time) {
    return time >= start && time < start + seconds;
  }

  /**
   * The pose at a time while {@link #on}.
   *
   * @param time seconds from the beginning of the loop
   * @param width of the frame, pixels
   * @param height of the frame, pixels
   * @param floor y of the edge behind which people walk, pixels
   * @param seed what makes this walk different from others
   */
  Pose at(double time, int width, int height, int floor, long seed) {
    Random random = new Random(seed * 31 + person.hashCode() + (long) (start * 1000));
    // Nobody rises so high that the end of their photograph would show.
    double tall =
        Math.min(1.5 + 0.2 * random.nextDouble(), DemoPeople.person(person).reach() - STEP_HEIGHT);
    double phase = random.nextDouble() * 2 * Math.PI;
    double lean = 1.5 + 2.5 * random.nextDouble();
    double brightness = 0.86 + 0.2 * random.nextDouble();
    double progress = (time - start) / seconds;
    double moving = (1 - pause) / 2;
    double x;
    boolean walking = true;
    if (progress < moving) {
      x = between(fromX, viaX, progress / moving);
    } else if (progress > 1 - moving) {
      x = between(viaX, toX, (progress - 1 + moving) / moving);
    } else {
      x = viaX;
      walking = false;
    }
    double face = between(widthFrom, widthTo, progress) * height / REFERENCE_HEIGHT;
    double step = walking ? Math.abs(Math.sin(Math.PI * STEPS_PER_SECOND * time + phase)) : 0.5;
    double sway = Math.sin(Math.PI * STEPS_PER_SECOND * time / 2 + phase);
    // Passing in and out of the light.
    double light = brightness + 0.08 * Math.sin(2 * Math.PI * progress + phase);
    return new Pose(
        x * width, floor - tall * face - STEP_HEIGHT * face * step, face, lean * sway, light);
  }

  private static double between(double from, double to, double share) {
    return from + (to - from) * share;
  }
}
