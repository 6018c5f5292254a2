package org.facestream.ingest.frame;

/**
 * A rectangle of a frame, in its pixels; may reach beyond its border.
 *
 * @param left x of the left edge
 * @param top y of the top edge
 * @param right x of the right edge, greater than {@code left}
 * @param bottom y of the bottom edge, greater than {@code top}
 */
public record Area(double left, double top, double right, double bottom) {
  /** The limit of coordinates. */
  private static final double MOST = 1e6;

  public Area {
    boolean finite =
        Math.abs(left) < MOST
            && Math.abs(top) < MOST
            && Math.abs(right) < MOST
            && Math.abs(bottom) < MOST;
    if (!finite || !(right > left && bottom > top)) {
      throw new IllegalArgumentException("an area that is none");
    }
  }

  public double width() {
    return right - left;
  }

  public double height() {
    return bottom - top;
  }
}
