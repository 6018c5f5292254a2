package org.facestream.recognizer.gallery;

import java.time.Instant;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;

/**
 * Which pictures may become references.
 *
 * @param minScore least probability of the face, 0 to 1; more than recognition asks for, because a
 *     bad reference harms every comparison
 * @param minFaceSize least width of the face, in pixels of the picture
 * @param maxTurn most that the face may be turned to a side: 0 faces the camera, 1 is a profile
 * @param duplicate a face nearer than this share of the threshold to another of the same person
 *     adds nothing
 * @param threshold distance under which two faces count as one person's; empty for the model's own
 * @param confirmed whether a face that is nearer to another person than the threshold is enrolled
 *     all the same
 * @param consent reference to the person's consent, or empty
 * @param expiry when the references end to be used, or empty for never
 */
public record EnrolmentRules(
    float minScore,
    int minFaceSize,
    double maxTurn,
    double duplicate,
    Optional<Float> threshold,
    boolean confirmed,
    Optional<String> consent,
    Optional<Instant> expiry) {

  public static final EnrolmentRules DEFAULT =
      new EnrolmentRules(
          .92f, 24, .8, .2, Optional.empty(), false, Optional.empty(), Optional.empty());

  public EnrolmentRules {
    if (!(minScore >= 0 && minScore <= 1)) {
      throw new UserError("The least probability of a face must be 0 to 1.");
    }
    if (minFaceSize < 12) {
      throw new UserError("The least face size must be 12 pixels or more.");
    }
  }

  /** The same, but enrolling faces that look like another person's. */
  public EnrolmentRules withConfirmed(boolean yes) {
    return new EnrolmentRules(
        minScore, minFaceSize, maxTurn, duplicate, threshold, yes, consent, expiry);
  }

  /** The same with a reference to consent and an end. */
  public EnrolmentRules withTerms(Optional<String> newConsent, Optional<Instant> newExpiry) {
    return new EnrolmentRules(
        minScore, minFaceSize, maxTurn, duplicate, threshold, confirmed, newConsent, newExpiry);
  }
}
