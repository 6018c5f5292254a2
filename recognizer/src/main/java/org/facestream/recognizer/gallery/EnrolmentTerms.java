package org.facestream.recognizer.gallery;

import java.time.Instant;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;

/**
 * On what terms somebody is enrolled.
 *
 * @param consent reference to the person's consent, or empty
 * @param expiry when the references end to be used, or empty for never
 */
public record EnrolmentTerms(Optional<String> consent, Optional<Instant> expiry) {
  /** Neither. */
  public static final EnrolmentTerms NONE = new EnrolmentTerms(Optional.empty(), Optional.empty());

  private static final int LONGEST_CONSENT = 200;

  public EnrolmentTerms {
    consent = consent.map(String::strip).filter(text -> !text.isEmpty());
    consent.ifPresent(
        text -> {
          if (text.length() > LONGEST_CONSENT || !PersonName.shown(text).equals(text)) {
            throw new UserError(
                "A consent reference is one line of up to %d characters, such as a case number."
                    .formatted(LONGEST_CONSENT));
          }
        });
  }

  /** Whether a reference is on other terms than those that are given here. */
  boolean differFrom(Reference reference) {
    return consent.filter(given -> !given.equals(reference.consent())).isPresent()
        || expiry.filter(given -> !given.equals(reference.expiry())).isPresent();
  }
}
