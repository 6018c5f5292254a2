package org.facestream.detector.face;

/**
 * A face's place in a picture, in pixels; may reach beyond the picture's border.
 *
 * @param left x of the left edge
 * @param top y of the top edge
 * @param right x of the right edge, greater than {@code left}
 * @param bottom y of the bottom edge, greater than {@code top}
 */
public record Box(float left, float top, float right, float bottom) {
  public float width() {
    return right - left;
  }

  public float height() {
    return bottom - top;
  }

  public float area() {
    return Math.max(0, width()) * Math.max(0, height());
  }

  /** Intersection over union, 0 to 1. */
  public float iou(Box other) {
    float width = Math.min(right, other.right) - Math.max(left, other.left);
    float height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
    if (width <= 0 || height <= 0) {
      return 0;
    }
    float intersection = width * height;
    return intersection / (area() + other.area() - intersection);
  }
}
