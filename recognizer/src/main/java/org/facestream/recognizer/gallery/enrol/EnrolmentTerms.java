package org.facestream.recognizer.gallery.enrol;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Watchlist;

/**
 * The terms of an enrolment.
 *
 * @param consent reference to the person's consent, or empty
 * @param expiry when the references expire, or empty for never
 * @param watchlist new watchlist of the enrolled people, or empty for no change
 * @param id of the person, if several have the same name, or empty
 */
public record EnrolmentTerms(
    Optional<String> consent,
    Optional<Instant> expiry,
    Optional<String> watchlist,
    Optional<String> id) {
  /** Neither. */
  public static final EnrolmentTerms NONE = new EnrolmentTerms(Optional.empty(), Optional.empty());

  private static final int LONGEST_CONSENT = 200;

  /** Without a word about watchlists. */
  public EnrolmentTerms(Optional<String> consent, Optional<Instant> expiry) {
    this(consent, expiry, Optional.empty());
  }

  /** Of whoever has the name. */
  public EnrolmentTerms(
      Optional<String> consent, Optional<Instant> expiry, Optional<String> watchlist) {
    this(consent, expiry, watchlist, Optional.empty());
  }

  /**
   * @throws UserError for what cannot be a reference to consent, the name of a watchlist or an id
   */
  public EnrolmentTerms {
    consent = consent.map(String::strip).filter(text -> !text.isEmpty());
    consent.ifPresent(
        text -> {
          if (text.length() > LONGEST_CONSENT || !PersonName.shown(text).equals(text)) {
            throw new UserError(
                String.format(
                    Locale.ROOT,
                    "A consent reference is one line of up to %d characters, such as a case"
                        + " number.",
                    LONGEST_CONSENT));
          }
        });
    watchlist.ifPresent(Watchlist::check);
    id = id.map(PersonName::checkId);
  }

  /** The same for the person of an id. */
  public EnrolmentTerms with(String personId) {
    return new EnrolmentTerms(consent, expiry, watchlist, Optional.of(personId));
  }

  /** Whether a person is the one with the given name and id. */
  boolean mean(Person person, String name) {
    return PersonName.same(person.name(), name)
        && id.map(given -> given.equals(person.id())).orElse(true);
  }

  /** Whether a reference has another consent or expiry than is given here. */
  boolean differFrom(EnrolledFace reference) {
    return consent.filter(given -> !given.equals(reference.consent())).isPresent()
        || expiry.filter(given -> !given.equals(reference.expiry())).isPresent();
  }

  /** The person on the watchlist that is given here, if one is. */
  Person watched(Person person) {
    return watchlist
        .filter(given -> !Objects.equals(given, person.watchlist()))
        .map(person::on)
        .orElse(person);
  }
}
