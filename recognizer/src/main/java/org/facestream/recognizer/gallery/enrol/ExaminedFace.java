package org.facestream.recognizer.gallery.enrol;

import java.time.Instant;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;

/**
 * The one face of a picture, good enough to be a reference, before it is said whose it is.
 *
 * @param faceId as in {@link Reference}
 * @param model name of the descriptor model
 * @param descriptor of that model
 * @param thumbnail a small JPEG
 * @param quality 0 to 1
 * @param turned degrees by which the picture was turned clockwise to be upright
 */
record ExaminedFace(
    String faceId, String model, float[] descriptor, byte[] thumbnail, float quality, int turned) {

  Reference of(Person person, String source, EnrolmentTerms terms, Instant now) {
    return new Reference(
        faceId,
        person.id(),
        person.name(),
        model,
        descriptor,
        thumbnail,
        quality,
        terms.consent().orElse(null),
        terms.expiry().orElse(null),
        source,
        now,
        person.watchlist());
  }
}
