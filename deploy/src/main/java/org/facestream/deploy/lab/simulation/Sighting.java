package org.facestream.deploy.lab.simulation;

import java.time.Instant;

/**
 * The truth: a person's face could be seen on a camera.
 *
 * @param camera the camera's id
 * @param person the person's id
 * @param from capture time of the first frame that shows the whole face, large enough
 * @param to capture time of the last
 */
public record Sighting(String camera, String person, Instant from, Instant to) {
  /** Whether any of it lies between two moments. */
  public boolean overlaps(Instant begin, Instant end) {
    return !from.isAfter(end) && !to.isBefore(begin);
  }
}
