package org.facestream.recognizer.gallery.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One enrolled picture of one person: what faces are compared with. One component per field of the
 * record in the topic.
 *
 * @param faceId the entry's key: deterministic from the picture and the model, so that enrolling
 *     the same picture again writes the same entry
 * @param personId whose face it is; a person has one or more references
 * @param name the person's name, in any script
 * @param model name of the descriptor model; descriptors of different models cannot be compared
 * @param descriptor finite numbers, not all zero, as many as the model gives
 * @param thumbnail the face as a small JPEG, for people to look at; may be empty
 * @param quality how well the picture serves recognition, 0 to 1
 * @param consent reference to the person's consent, or null
 * @param expiry when the entry ends to be used, or null for never
 * @param source where the picture came from, such as a file's name
 * @param enrolledAt when it was enrolled
 * @param watchlist that the person is on, or null; of a person's references the one that was
 *     written last says it
 * @param review what a check of the gallery found: why faces are not compared with it, as a word,
 *     or {@value #KEPT} when a user decided to use it all the same; null when there is no doubt
 * @param denies true of a counter-example: a face that is not the person's, so that faces nearer to
 *     it than to the person's references do not count as the person; null of all others
 */
// As many values as its JSON has, without levels between, as there.
@JsonInclude(JsonInclude.Include.ALWAYS)
@RecordBuilder
public record Reference(
    String faceId,
    String personId,
    String name,
    String model,
    float[] descriptor,
    byte[] thumbnail,
    float quality,
    @Nullable String consent,
    @Nullable Instant expiry,
    String source,
    Instant enrolledAt,
    @Nullable String watchlist,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String review,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean denies)
    implements ReferenceBuilder.With {

  /** The {@link #review} of a reference that no check sets aside again. */
  public static final String KEPT = "kept";

  /** Whether it is kept, but faces are not compared with it. */
  public boolean setAside() {
    return review != null && !review.equals(KEPT);
  }

  /** Whether it is a counter-example, and no face of the person. */
  public boolean counterExample() {
    return denies != null && denies;
  }

  /**
   * The same picture as one of another person, or of the same one with another name or watchlist.
   */
  public Reference as(Person person) {
    return with().personId(person.id()).name(person.name()).watchlist(person.watchlist()).build();
  }

  /**
   * The same without picture and descriptor, for a table of many; it has a {@link #problem} and
   * cannot be written.
   *
   * @param key equal to the face id, and kept instead of it
   * @param shared gives for a text an equal one
   */
  public Reference bare(String key, UnaryOperator<@Nullable String> shared) {
    return ReferenceBuilder.builder()
        .faceId(key)
        .personId(shared.apply(personId))
        .name(shared.apply(name))
        .model(shared.apply(model))
        .quality(quality)
        .consent(shared.apply(consent))
        .expiry(expiry)
        .source(source)
        .enrolledAt(enrolledAt)
        .watchlist(shared.apply(watchlist))
        .review(shared.apply(review))
        .denies(denies)
        .build();
  }

  /** The same on other terms. */
  public Reference on(Optional<String> newConsent, Optional<Instant> newExpiry) {
    return with().consent(newConsent.orElse(null)).expiry(newExpiry.orElse(null)).build();
  }

  /** What is wrong with it, as a word for a metric's label; empty when nothing is. */
  public Optional<String> problem() {
    if (isBlank(faceId)
        || isBlank(personId)
        || isBlank(name)
        || isBlank(model)
        || enrolledAt == null) {
      return Optional.of("incomplete");
    }
    if (descriptor == null || descriptor.length == 0) {
      return Optional.of("no-descriptor");
    }
    boolean zero = true;
    for (float value : descriptor) {
      if (!Float.isFinite(value)) {
        return Optional.of("not-a-number");
      }
      zero &= value == 0;
    }
    return zero ? Optional.of("zero-descriptor") : Optional.empty();
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
