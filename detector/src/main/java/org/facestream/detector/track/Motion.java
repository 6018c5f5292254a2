package org.facestream.detector.track;

import org.facestream.detector.face.Box;

/**
 * Place and movement of a face: a Kalman filter of constant speed on centre, size and aspect,
 * immutable. The four values are independent, so each is a separate {@link Axis}.
 *
 * <p>All noise is in face sizes (square root of the box's area), because a face of 100 pixels moves
 * and jitters ten times as many pixels as one of 10. A walking person moves about nine face sizes
 * per second.
 *
 * @param x of the box's centre, pixels
 * @param y of the box's centre, pixels
 * @param size natural logarithm of the square root of the box's area in pixels
 * @param aspect natural logarithm of width over height
 */
public record Motion(Axis x, Axis y, Axis size, Axis aspect) {
  /** The accuracy of a detector's box, in sizes. */
  private static final double JITTER = 0.1;

  private static final double STILL_REACH = 0.15;
  private static final double FIRST_SPEED = 4;
  private static final double ACCELERATION = 9;
  private static final double FIRST_GROWTH = 0.5;
  private static final double GROWTH_CHANGE = 0.1;
  private static final double FIRST_ASPECT_CHANGE = 0.1;
  private static final double ASPECT_CHANGE = 0.01;
  private static final double JITTER_VARIANCE = JITTER * JITTER;

  static Motion begin(Box box) {
    double size = size(box);
    return new Motion(
        Axis.begin(centreX(box), JITTER * size, FIRST_SPEED * size),
        Axis.begin(centreY(box), JITTER * size, FIRST_SPEED * size),
        Axis.begin(Math.log(size), JITTER, FIRST_GROWTH),
        Axis.begin(logAspect(box), JITTER, FIRST_ASPECT_CHANGE));
  }

  /** The motion some seconds later; {@code seconds} is not negative. */
  Motion after(double seconds) {
    double area = pixels() * pixels();
    return new Motion(
        x.after(seconds, ACCELERATION * area),
        y.after(seconds, ACCELERATION * area),
        size.after(seconds, GROWTH_CHANGE),
        aspect.after(seconds, ASPECT_CHANGE));
  }

  /** The motion after a stop at the current place, with unknown speed and an uncertain place. */
  Motion still() {
    return new Motion(
        Axis.begin(x.value(), STILL_REACH * pixels(), FIRST_SPEED * pixels()),
        Axis.begin(y.value(), STILL_REACH * pixels(), FIRST_SPEED * pixels()),
        Axis.begin(size.value(), JITTER, FIRST_GROWTH),
        aspect);
  }

  /** Corrected by a detection at the motion's own time. */
  Motion corrected(Box box) {
    double pixelVariance = JITTER_VARIANCE * size(box) * size(box);
    return new Motion(
        x.corrected(centreX(box), pixelVariance),
        y.corrected(centreY(box), pixelVariance),
        size.corrected(Math.log(size(box)), JITTER_VARIANCE),
        aspect.corrected(logAspect(box), JITTER_VARIANCE));
  }

  /**
   * Squared Mahalanobis distance of a detection in centre and size: chi-squared distributed with
   * three degrees of freedom if the detection is of this face.
   */
  double squaredDistance(Box box) {
    double pixelVariance = JITTER_VARIANCE * pixels() * pixels();
    return x.squaredDistance(centreX(box), pixelVariance)
        + y.squaredDistance(centreY(box), pixelVariance)
        + size.squaredDistance(Math.log(size(box)), JITTER_VARIANCE);
  }

  /**
   * Twice the negative logarithm of the density of a detection, in sizes, without the constant. So
   * a track with an uncertain prediction does not win against one with a certain prediction.
   */
  double cost(Box box) {
    double area = pixels() * pixels();
    return squaredDistance(box)
        + Math.log(x.valueVariance() / area + JITTER_VARIANCE)
        + Math.log(y.valueVariance() / area + JITTER_VARIANCE)
        + Math.log(size.valueVariance() + JITTER_VARIANCE);
  }

  /** Distance between the centres, in sizes of the larger. */
  double distance(Box box) {
    return Math.hypot(centreX(box) - x.value(), centreY(box) - y.value())
        / Math.max(pixels(), size(box));
  }

  Box box() {
    double halfWidth = pixels() * Math.exp(aspect.value() / 2) / 2;
    double halfHeight = pixels() * Math.exp(-aspect.value() / 2) / 2;
    return new Box(
        (float) (x.value() - halfWidth),
        (float) (y.value() - halfHeight),
        (float) (x.value() + halfWidth),
        (float) (y.value() + halfHeight));
  }

  private double pixels() {
    return Math.exp(size.value());
  }

  private static double size(Box box) {
    return Math.sqrt(Math.max(1, box.area()));
  }

  private static double centreX(Box box) {
    return (box.left() + box.right()) / 2.0;
  }

  private static double centreY(Box box) {
    return (box.top() + box.bottom()) / 2.0;
  }

  private static double logAspect(Box box) {
    return Math.log(Math.max(1, box.width()) / Math.max(1, box.height()));
  }
}
