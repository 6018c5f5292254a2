package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.facestream.detector.face.Box;

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
 * @param candidates the nearest persons, nearest first; empty when the gallery was empty
 * @param threshold the distance under which a face counts as a person's; what was in force when the
 *     face was compared
 * @param model name of the descriptor model
 * @param galleryVersion sum of the gallery offsets that the comparison saw: of two versions the
 *     greater knows more
 * @param descriptor the face's descriptor; null when it is not kept
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Match(
    String faceId,
    String camera,
    String track,
    Instant captureTime,
    Box box,
    float score,
    float quality,
    List<Candidate> candidates,
    float threshold,
    String model,
    long galleryVersion,
    float[] descriptor) {

  public Match {
    candidates = List.copyOf(candidates);
  }

  /** The same without the candidates who are gone. */
  Match without(Predicate<String> gone) {
    if (candidates.stream().noneMatch(candidate -> gone.test(candidate.personId()))) {
      return this;
    }
    return new Match(
        faceId,
        camera,
        track,
        captureTime,
        box,
        score,
        quality,
        candidates.stream().filter(candidate -> !gone.test(candidate.personId())).toList(),
        threshold,
        model,
        galleryVersion,
        descriptor);
  }

  /**
   * A person who might be it.
   *
   * @param personId the person
   * @param name the person's name
   * @param distance to the person: over all references the least, or the mean
   * @param reference face id of the person's nearest reference
   */
  public record Candidate(String personId, String name, float distance, String reference) {}
}
