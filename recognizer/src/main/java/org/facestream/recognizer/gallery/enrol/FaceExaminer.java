package org.facestream.recognizer.gallery.enrol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Quality;
import org.facestream.detector.face.QualityMeter;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.contract.PersonName;

/**
 * Finds the one face of a picture and describes it, or returns why it cannot be a reference.
 * Thread-safe, but the detection is serialised.
 */
final class FaceExaminer {
  /**
   * A face of this probability is upright. Of 150 photographs of LFW in three wrong orientations,
   * none had a face above 0.9986, and none a lower one upright.
   */
  private static final float SURE = .9995f;

  private final QualityGate gate;
  private final Mtcnn mtcnn;
  private final Descriptors descriptors;

  /**
   * The faces of a photograph in one of its directions.
   *
   * @param padded whether it had to get a border
   * @param turned degrees, clockwise
   */
  private record Look(boolean padded, int turned, List<Detection> faces) {
    /** Probability of the widest face, 0 without one. */
    float score() {
      return faces.stream()
          .max(Comparator.comparingDouble(face -> face.box().width()))
          .map(Detection::score)
          .orElse(0f);
    }
  }

  /** The caller closes the networks. */
  FaceExaminer(QualityGate gate, Mtcnn mtcnn, Descriptors descriptors) {
    this.gate = gate;
    this.mtcnn = mtcnn;
    this.descriptors = descriptors;
  }

  /** The id of a picture's entry: the same picture and model always give the same. */
  String faceId(byte[] encoded) {
    String model = descriptors.model().name() + "\n";
    return PersonName.sha256(model.getBytes(UTF_8), encoded).substring(0, 32);
  }

  /**
   * The face of a picture.
   *
   * @param encoded of a kind that {@link org.facestream.ingest.frame.Picture#decodeStill} takes
   */
  ExaminedFace examine(byte[] encoded) throws RefusedException {
    try (Picture original = Picture.decodeStill(encoded)) {
      Look look = upright(original);
      try (Portrait portrait = portrait(original, look.padded(), look.turned())) {
        return examine(encoded, portrait, look);
      }
    } catch (UnreadablePictureException unreadable) {
      throw new RefusedException(unreadable.reason(), String.valueOf(unreadable.getMessage()));
    }
  }

  /**
   * A face that the detector found in a camera's frame. It is not detected again, because the
   * landmarks from the whole frame are more accurate.
   */
  ExaminedFace examine(Face face) throws RefusedException {
    try (Picture crop = Picture.decodeFrame(face.jpeg())) {
      gate.check(face.score(), face.box().width(), face.quality());
      try (Portrait portrait = Portrait.of(crop)) {
        return new ExaminedFace(
            faceId(face.jpeg()),
            descriptors.model().name(),
            describe(crop, face.cropLandmarks()),
            portrait.thumbnail(),
            face.quality().overall(),
            0);
      }
    } catch (UnreadablePictureException unreadable) {
      throw new RefusedException(unreadable.reason(), String.valueOf(unreadable.getMessage()));
    }
  }

  /**
   * A face of a camera that is not a person's. It may be of any quality, because faces are mistaken
   * that are of no good one. No picture is kept of somebody who was not asked.
   */
  ExaminedFace counterExample(String personId, Face face) throws RefusedException {
    try (Picture crop = Picture.decodeFrame(face.jpeg())) {
      String model = descriptors.model().name();
      byte[] whose = ("not " + personId + "\n" + model + "\n").getBytes(UTF_8);
      return new ExaminedFace(
          PersonName.sha256(whose, face.jpeg()).substring(0, 32),
          model,
          describe(crop, face.cropLandmarks()),
          new byte[0],
          face.quality().overall(),
          0);
    } catch (UnreadablePictureException unreadable) {
      throw new RefusedException(unreadable.reason(), String.valueOf(unreadable.getMessage()));
    }
  }

  /**
   * The result in the direction with the highest probability. The landmarks do not determine the
   * direction: for a face that is upside down, the network places the eyes at the mouth.
   */
  private Look upright(Picture original) {
    Look best = look(original, 0);
    for (int turned = 90; turned < 360 && best.score() < SURE; turned += 90) {
      Look other = look(original, turned);
      if (other.score() > best.score()) {
        best = other;
      }
    }
    return best;
  }

  private Look look(Picture original, int turned) {
    Look plain = look(original, false, turned);
    return plain.faces().isEmpty() ? look(original, true, turned) : plain;
  }

  private Look look(Picture original, boolean padded, int turned) {
    try (Portrait portrait = portrait(original, padded, turned)) {
      return new Look(padded, turned, faces(portrait));
    }
  }

  private static Portrait portrait(Picture original, boolean padded, int turned) {
    try (Portrait asGiven = padded ? Portrait.padded(original) : Portrait.of(original)) {
      return asGiven.turned(turned);
    }
  }

  private List<Detection> faces(Portrait portrait) {
    List<Detection> found = mtcnn.detect(List.of(portrait.picture()), MtcnnOptions.DEFAULT).get(0);
    return Portrait.foremost(found, MtcnnOptions.DEFAULT.outputThreshold());
  }

  private ExaminedFace examine(byte[] encoded, Portrait portrait, Look look)
      throws RefusedException {
    Detection face = theOne(look.faces());
    Quality quality =
        QualityMeter.measure(portrait.picture().rgb(), face.box(), face.landmarks(), face.score());
    gate.check(face.score(), portrait.originalWidth(face.box()), quality);
    return new ExaminedFace(
        faceId(encoded),
        descriptors.model().name(),
        describe(portrait.picture(), face.landmarks()),
        portrait.thumbnail(face.box()),
        quality.overall(),
        look.turned());
  }

  private float[] describe(Picture picture, Landmarks landmarks) throws RefusedException {
    if (!descriptors.canDescribe(landmarks)) {
      throw new RefusedException(
          "not-aligned", "eyes, nose and mouth could not be located; use another picture");
    }
    try {
      return descriptors.describe(picture, landmarks);
    } catch (IllegalStateException refusedByNetwork) {
      throw new RefusedException(
          "bad-descriptor", "the network refuses this face; use another picture");
    }
  }

  private static Detection theOne(List<Detection> faces) throws RefusedException {
    if (faces.isEmpty()) {
      throw new RefusedException(
          "no-face", "no face was found; use a picture that shows the whole face");
    }
    if (faces.size() > 1) {
      throw new RefusedException(
          "several-faces",
          String.format(
              Locale.ROOT,
              "%d faces were found, so it is not clear which one to enrol; crop the picture "
                  + "to one face",
              faces.size()));
    }
    return faces.get(0);
  }
}
