package org.facestream.deploy.lab.simulation;

/**
 * How a person appears in one frame.
 *
 * @param x middle of the face, pixels
 * @param y middle of the face, pixels
 * @param faceWidth pixels, about what a detector's box has
 * @param degrees clockwise
 * @param light 1 as photographed, less is darker
 */
record Pose(double x, double y, double faceWidth, double degrees, double light) {
  private static final double HEIGHT_OF_WIDTH = 1.3;

  /** Whether the whole face, with some margin, is inside a frame. */
  boolean inside(int width, int height) {
    double halfWidth = faceWidth * 0.6;
    double halfHeight = faceWidth * HEIGHT_OF_WIDTH * 0.55;
    return x - halfWidth >= 0
        && x + halfWidth <= width
        && y - halfHeight >= 0
        && y + halfHeight <= height;
  }

  /** Whether someone nearer hides a good part of the face. */
  boolean hiddenBy(Pose nearer) {
    // A head with its hair is wider and higher than the face; below it are shoulders.
    double acrossBoth = faceWidth * 0.5 + nearer.faceWidth() * 0.75;
    boolean level = y + faceWidth * 0.4 > nearer.y() - nearer.faceWidth();
    return Math.abs(x - nearer.x()) < acrossBoth * 0.8 && level;
  }
}
