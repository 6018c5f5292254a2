package org.facestream.recognizer.gallery.enrol;

import java.util.Locale;
import org.facestream.detector.face.Quality;

/**
 * How good a face must be to become a reference. A bad reference affects every comparison with it,
 * so the requirements are stricter than in recognition. What is measured is what {@code
 * org.facestream.detector.face.QualityMeter} says of the faces of cameras.
 *
 * @param minScore least probability of the face, 0 to 1
 * @param minFaceSize least width of the face, in pixels of the picture
 * @param minSharpness least sharpness, 0 to 1
 * @param minPose least of what the pose leaves: 1 looks into the camera, 0 away from it
 */
public record QualityGate(float minScore, int minFaceSize, float minSharpness, float minPose) {
  /** Of a face that lies on its side the landmarks cannot be relied on. */
  private static final float MOST_ROLL = 60;

  static final QualityGate DEFAULT = new QualityGate(.92f, 24, .25f, .4f);

  /**
   * Lets a face pass.
   *
   * @param width of the face, in pixels of the picture it came from
   * @throws RefusedException with reason {@code too-small}, {@code low-score}, {@code tilted},
   *     {@code turned-away} or {@code blurred}, and what would help
   */
  void check(float score, double width, Quality quality) throws RefusedException {
    if (width < minFaceSize) {
      throw new RefusedException(
          "too-small",
          String.format(
                  Locale.ROOT,
                  "the face is %.0f pixels wide, at least %d are needed; use a picture from "
                      + "nearer, or with more",
                  width,
                  minFaceSize)
              + " pixels");
    }
    if (score < minScore) {
      throw new RefusedException(
          "low-score",
          String.format(
                  Locale.ROOT,
                  "the face is not clear enough (probability %.2f, at least %.2f is needed); use "
                      + "a picture that",
                  score,
                  minScore)
              + " shows the whole face in good light");
    }
    if (Math.abs(quality.roll()) > MOST_ROLL) {
      throw new RefusedException(
          "tilted",
          String.format(
              Locale.ROOT,
              "the head is tilted by %.0f°, at most %.0f° is possible; turn the picture",
              Math.abs(quality.roll()),
              MOST_ROLL));
    }
    if (quality.pose() < minPose) {
      throw new RefusedException(
          "turned-away",
          String.format(
                  Locale.ROOT,
                  "the face is turned away (about %.0f° to a side, %.0f° up or down); use a "
                      + "picture of a face that looks",
                  Math.abs(quality.yaw()),
                  Math.abs(quality.pitch()))
              + " into the camera");
    }
    if (quality.sharpness() < minSharpness) {
      throw new RefusedException(
          "blurred",
          String.format(
                  Locale.ROOT,
                  "the face is blurred (sharpness %.2f, at least %.2f is needed); use a picture "
                      + "that is in focus",
                  quality.sharpness(),
                  minSharpness)
              + " and held still");
    }
  }
}
