package org.facestream.recognizer.gallery.enrol;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;

/**
 * What terms an enrolment must have.
 *
 * @param consentRequired whether nobody is enrolled without a reference to their consent
 * @param expiryRequired whether nobody is enrolled without an end being given
 * @param maxValidity how far ahead that end may be, and what it is when none is given; empty for as
 *     far as one likes
 */
public record TermsRule(
    boolean consentRequired, boolean expiryRequired, Optional<Duration> maxValidity) {
  static final TermsRule NONE = new TermsRule(false, false, Optional.empty());

  /**
   * The terms in force.
   *
   * @throws UserError when what is given does not suffice; nobody is to be enrolled then
   */
  EnrolmentTerms apply(EnrolmentTerms given, Instant now) {
    if (consentRequired && given.consent().isEmpty()) {
      throw new UserError(
          "Enrolment needs consent (gallery.require-consent): give with --consent where "
              + "it is kept.");
    }
    if (expiryRequired && given.expiry().isEmpty()) {
      throw new UserError(
          "Enrolment needs an expiry (gallery.require-expiry): give a day with --expiry.");
    }
    Optional<Instant> latest = maxValidity.map(now::plus);
    given
        .expiry()
        .ifPresent(
            end -> {
              if (!end.isAfter(now)) {
                throw new UserError("The expiry is in the past: give a later day.");
              }
              if (latest.filter(end::isAfter).isPresent()) {
                throw new UserError(
                    String.format(
                            Locale.ROOT,
                            "The expiry may be at most %d days ahead (gallery.max-validity): give an",
                            maxValidity.get().toDays())
                        + " earlier day.");
              }
            });
    return new EnrolmentTerms(given.consent(), given.expiry().or(() -> latest), given.watchlist());
  }
}
