package org.facestream.recognizer.gallery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.recognizer.facenet.Descriptors;

/** Finds the one face of a picture and describes it, or says why it cannot be a reference. */
final class FaceExaminer {
  private final EnrolmentRules rules;
  private final Mtcnn mtcnn;
  private final Descriptors descriptors;

  /** The picture cannot be a reference; reason and message are for {@link EnrolmentResult}. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String reason;

    RefusedException(String reason, String message) {
      super(message);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /** Networks stay their owner's. */
  FaceExaminer(EnrolmentRules rules, Mtcnn mtcnn, Descriptors descriptors) {
    this.rules = rules;
    this.mtcnn = mtcnn;
    this.descriptors = descriptors;
  }

  /** The id of a picture's entry: the same picture and model always give the same. */
  String faceId(byte[] encoded) {
    String model = descriptors.model().name() + "\n";
    return PersonName.sha256(model.getBytes(UTF_8), encoded).substring(0, 32);
  }

  /**
   * The picture as a reference of a person.
   *
   * @param encoded JPEG, PNG, BMP or GIF
   */
  Reference examine(Person person, String source, byte[] encoded, Instant now)
      throws RefusedException {
    try (Picture original = Picture.decodeStill(encoded)) {
      try (Portrait portrait = Portrait.of(original)) {
        List<Detection> faces = faces(portrait);
        if (!faces.isEmpty()) {
          return reference(person, source, encoded, portrait, faces, now);
        }
      }
      try (Portrait portrait = Portrait.padded(original)) {
        return reference(person, source, encoded, portrait, faces(portrait), now);
      }
    } catch (UnreadablePictureException unreadable) {
      throw new RefusedException(unreadable.reason(), unreadable.getMessage());
    }
  }

  private List<Detection> faces(Portrait portrait) {
    List<Detection> found = mtcnn.detect(List.of(portrait.picture()), MtcnnOptions.DEFAULT).get(0);
    return Portrait.foremost(found, MtcnnOptions.DEFAULT.outputThreshold());
  }

  private Reference reference(
      Person person,
      String source,
      byte[] encoded,
      Portrait portrait,
      List<Detection> faces,
      Instant now)
      throws RefusedException {
    Detection face = theOne(faces);
    double width = portrait.originalWidth(face.box());
    double turn = Portrait.turn(face.landmarks());
    if (width < rules.minFaceSize()) {
      throw new RefusedException(
          "too-small",
          "the face is %.0f pixels wide; at least %d are needed"
              .formatted(width, rules.minFaceSize()));
    }
    if (face.score() < rules.minScore()) {
      throw new RefusedException(
          "low-score",
          "the face is not clear enough (probability %.2f, at least %.2f is needed)"
              .formatted(face.score(), rules.minScore()));
    }
    if (turn > rules.maxTurn()) {
      throw new RefusedException(
          "turned-away", "the face is turned too far to a side; take one that faces the camera");
    }
    float[] descriptor;
    try {
      descriptor = descriptors.describe(portrait.picture(), face.landmarks());
    } catch (IllegalArgumentException unaligned) {
      throw new RefusedException(
          "not-aligned", "eyes, nose and mouth could not be told apart; take another picture");
    }
    double quality = face.score() * Math.min(1, width / 112) * Math.max(0, 1 - turn / 2);
    return new Reference(
        faceId(encoded),
        person.id(),
        person.name(),
        descriptors.model().name(),
        descriptor,
        portrait.thumbnail(face.box()),
        (float) quality,
        rules.consent().orElse(null),
        rules.expiry().orElse(null),
        source,
        now);
  }

  private static Detection theOne(List<Detection> faces) throws RefusedException {
    if (faces.isEmpty()) {
      throw new RefusedException(
          "no-face", "no face was found; take a picture that shows the whole face");
    }
    if (faces.size() > 1) {
      throw new RefusedException(
          "several-faces",
          "%d faces were found, so it is not clear whose it is; cut out the one that is meant"
              .formatted(faces.size()));
    }
    return faces.get(0);
  }
}
