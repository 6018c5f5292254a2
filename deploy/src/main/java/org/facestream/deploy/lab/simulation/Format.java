package org.facestream.deploy.lab.simulation;

/**
 * The size and rate of a scene's pictures.
 *
 * @param width pixels, even
 * @param height pixels, even
 * @param fps frames per second
 */
record Format(int width, int height, int fps) {
  /** More frames a second would only make the start longer: cameras are sampled slower. */
  static final Format DEMO = new Format(1280, 720, 10);
}
