package org.facestream.recognizer.gallery.enrol;

import java.time.Instant;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;

/**
 * The one face of a picture, good enough for a reference, before it is assigned to a person.
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
    return ReferenceBuilder.builder()
        .faceId(faceId)
        .personId(person.id())
        .name(person.name())
        .model(model)
        .descriptor(descriptor)
        .thumbnail(thumbnail)
        .quality(quality)
        .consent(terms.consent().orElse(null))
        .expiry(terms.expiry().orElse(null))
        .source(source)
        .enrolledAt(now)
        .watchlist(person.watchlist())
        .build();
  }
}
