package org.facestream.detector.face;

/**
 * The orientation of a head in degrees, estimated from five landmarks. It is accurate to about ten
 * degrees, which is enough to compare faces of a track.
 *
 * <p>The model is a flat rectangle of eyes and mouth corners with the tip of the nose before it, in
 * the proportions of an average face: pupils 63 mm apart, mouth 67 mm below them, the nose's tip 40
 * mm before that plane and at {@value #NOSE_DOWN} of the way from eyes to mouth. Turned by an angle
 * the nose's tip moves by 40 mm times its sine, while what the eyes span shrinks with its cosine,
 * so that the ratio of the two gives the tangent, whatever the distance.
 *
 * @param yaw 0 looks at the camera, positive to the picture's right
 * @param pitch 0 looks at the camera, positive downwards
 * @param roll 0 upright, positive clockwise as seen in the picture, -180 to 180
 */
record HeadPose(double yaw, double pitch, double roll) {
  private static final double EYES = 63;
  private static final double EYES_TO_MOUTH = 67;
  private static final double NOSE_OUT = 40;
  private static final double NOSE_DOWN = 0.53;

  static HeadPose of(Landmarks face) {
    double eyesX = middle(face.leftEye().x(), face.rightEye().x());
    double eyesY = middle(face.leftEye().y(), face.rightEye().y());
    double mouthX = middle(face.leftMouth().x(), face.rightMouth().x());
    double mouthY = middle(face.leftMouth().y(), face.rightMouth().y());
    // Eyes and mouth together determine the horizontal direction, which is more robust against one
    // wrong landmark.
    double rightX =
        across(
            face.leftEye().x(), face.rightEye().x(), face.leftMouth().x(), face.rightMouth().x());
    double rightY =
        across(
            face.leftEye().y(), face.rightEye().y(), face.leftMouth().y(), face.rightMouth().y());
    double length = Math.hypot(rightX, rightY);
    if (length == 0) {
      return new HeadPose(90, 90, 0);
    }
    rightX /= length;
    rightY /= length;
    double downX = -rightY;
    double downY = rightX;

    Point nose = face.nose();
    double span =
        Math.abs(
            (face.rightEye().x() - face.leftEye().x()) * rightX
                + (face.rightEye().y() - face.leftEye().y()) * rightY);
    double height = (mouthX - eyesX) * downX + (mouthY - eyesY) * downY;
    double aside =
        (nose.x() - middle(eyesX, mouthX)) * rightX + (nose.y() - middle(eyesY, mouthY)) * rightY;
    double below = (nose.x() - eyesX) * downX + (nose.y() - eyesY) * downY;
    return new HeadPose(
        degrees(aside * EYES, span * NOSE_OUT),
        height <= 0 ? 90 : degrees((below - NOSE_DOWN * height) * EYES_TO_MOUTH, height * NOSE_OUT),
        Math.toDegrees(Math.atan2(rightY, rightX)));
  }

  private static double degrees(double opposite, double adjacent) {
    return Math.toDegrees(Math.atan2(opposite, adjacent));
  }

  private static double across(
      double leftEye, double rightEye, double leftMouth, double rightMouth) {
    return rightEye - leftEye + rightMouth - leftMouth;
  }

  private static double middle(double one, double other) {
    return (one + other) / 2;
  }
}
