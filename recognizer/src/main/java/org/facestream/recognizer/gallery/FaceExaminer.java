package org.facestream.recognizer.gallery;

import static java.nio.charset.StandardCharsets.UTF_8;

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

/**
 * Finds the one face of a picture and describes it, or says why it cannot be a reference. Several
 * threads may use it, but wait for one another where they look for faces.
 */
final class FaceExaminer {
  private final QualityGate gate;
  private final Mtcnn mtcnn;
  private final Descriptors descriptors;

  /** Networks stay their owner's. */
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
      try (Portrait portrait = Portrait.of(original)) {
        List<Detection> faces = faces(portrait);
        if (!faces.isEmpty()) {
          return examine(encoded, portrait, faces);
        }
      }
      try (Portrait portrait = Portrait.padded(original)) {
        return examine(encoded, portrait, faces(portrait));
      }
    } catch (UnreadablePictureException unreadable) {
      throw new RefusedException(unreadable.reason(), unreadable.getMessage());
    }
  }

  /**
   * A face that the detector found in a camera's frame. It is not looked for again: in the whole
   * frame its landmarks were found more surely, and they are what recognition goes by.
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
            face.quality().overall());
      }
    } catch (UnreadablePictureException unreadable) {
      throw new RefusedException(unreadable.reason(), unreadable.getMessage());
    }
  }

  private List<Detection> faces(Portrait portrait) {
    List<Detection> found = mtcnn.detect(List.of(portrait.picture()), MtcnnOptions.DEFAULT).get(0);
    return Portrait.foremost(found, MtcnnOptions.DEFAULT.outputThreshold());
  }

  private ExaminedFace examine(byte[] encoded, Portrait portrait, List<Detection> faces)
      throws RefusedException {
    Detection face = theOne(faces);
    Quality quality =
        QualityMeter.measure(portrait.picture().rgb(), face.box(), face.landmarks(), face.score());
    gate.check(face.score(), portrait.originalWidth(face.box()), quality);
    return new ExaminedFace(
        faceId(encoded),
        descriptors.model().name(),
        describe(portrait.picture(), face.landmarks()),
        portrait.thumbnail(face.box()),
        quality.overall());
  }

  private float[] describe(Picture picture, Landmarks landmarks) throws RefusedException {
    if (!descriptors.canDescribe(landmarks)) {
      throw new RefusedException(
          "not-aligned", "eyes, nose and mouth could not be told apart; take another picture");
    }
    try {
      return descriptors.describe(picture, landmarks);
    } catch (IllegalStateException refusedByNetwork) {
      throw new RefusedException(
          "bad-descriptor", "the network refuses this face; take another picture");
    }
  }

  private static Detection theOne(List<Detection> faces) throws RefusedException {
    if (faces.isEmpty()) {
      throw new RefusedException(
          "no-face", "no face was found; take a picture that shows the whole face");
    }
    if (faces.size() > 1) {
      throw new RefusedException(
          "several-faces",
          String.format(
              Locale.ROOT,
              "%d faces were found, so it is not clear whose it is; cut out the one that is meant",
              faces.size()));
    }
    return faces.get(0);
  }
}
