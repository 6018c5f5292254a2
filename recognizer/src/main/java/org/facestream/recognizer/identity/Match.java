package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.facestream.detector.face.Box;
import org.jspecify.annotations.Nullable;

/**
 * One face compared with the whole gallery; not yet a decision.
 *
 * @param faceId id of the face in the faces topic
 * @param camera the camera's id
 * @param track the track that the face belongs to
 * @param captureTime when the picture was taken
 * @param box in frame coordinates
 * @param score the detector's probability, 0 to 1
 * @param quality how well the face serves recognition, 0 to 1
 * @param zones names of the camera's zones that the face is in
 * @param candidates the likeliest persons, first the one whose distance is the least share of the
 *     threshold; empty when the gallery was empty
 * @param threshold the distance under which a face counts as a person's, unless the candidate has
 *     its own; what was in force on this camera when the face was compared
 * @param model name of the descriptor model
 * @param galleryVersion sum of the gallery offsets that the comparison saw
 * @param gallery what the comparison saw of the gallery topic; null in matches of before
 * @param descriptor the face's descriptor; null when it is not kept
 */
// As many values as its JSON has, without levels between, as there.
@JsonInclude(JsonInclude.Include.ALWAYS)
@RecordBuilder
public record Match(
    String faceId,
    String camera,
    String track,
    Instant captureTime,
    Box box,
    float score,
    float quality,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> zones,
    List<Candidate> candidates,
    float threshold,
    String model,
    long galleryVersion,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable GalleryVersion gallery,
    float @Nullable [] descriptor)
    implements MatchBuilder.With {

  public Match {
    // Matches of before there were zones have none.
    zones = zones == null ? List.of() : List.copyOf(zones);
    candidates = List.copyOf(candidates);
  }

  /** What the comparison saw of the gallery, as far as the match says. */
  GalleryVersion version() {
    return gallery == null ? GalleryVersion.ofNumber(galleryVersion) : gallery;
  }

  /** A candidate's distance as a share of the threshold that counts for the person. */
  double share(int rank) {
    return candidates.get(rank).share(threshold);
  }

  /** Whether the face counts as somebody's. */
  public boolean known() {
    return !candidates.isEmpty() && share(0) < 1;
  }

  /** The same without the candidates who are gone. */
  Match without(Predicate<String> gone) {
    if (candidates.stream().noneMatch(candidate -> gone.test(candidate.personId()))) {
      return this;
    }
    return withCandidates(
        candidates.stream().filter(candidate -> !gone.test(candidate.personId())).toList());
  }

  /**
   * A candidate person.
   *
   * @param personId the person
   * @param name the person's name
   * @param distance to the person: over all references the least, or the mean
   * @param reference face id of the person's nearest reference
   * @param watchlist that the person is on, or null
   * @param threshold that counts for this person, or null for the match's
   */
  @RecordBuilder
  public record Candidate(
      String personId,
      String name,
      float distance,
      String reference,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String watchlist,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Float threshold)
      implements MatchCandidateBuilder.With {

    /** Somebody who is on no watchlist. */
    public Candidate(String personId, String name, float distance, String reference) {
      this(personId, name, distance, reference, null, null);
    }

    /**
     * The distance as a share of the threshold: under 1 the face counts as the person's.
     *
     * @param usual the match's threshold
     */
    public double share(float usual) {
      return distance / (double) (threshold == null ? usual : threshold);
    }
  }
}
