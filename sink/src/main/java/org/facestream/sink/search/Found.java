package org.facestream.sink.search;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored face that is near.
 *
 * @param distance by the model's metric
 * @param seen which face of which track
 * @param person whose the track is, as far as is known
 */
public record Found(float distance, Seen seen, Person person) {
  /**
   * A stored face.
   *
   * @param day of the row
   * @param row of the face, unique over all days
   * @param faceId as in Kafka
   * @param track that it is of
   * @param camera that saw it
   * @param zones that it was in
   * @param time of capture
   */
  public record Seen(
      LocalDate day,
      long row,
      String faceId,
      String track,
      String camera,
      List<String> zones,
      Instant time) {}

  /**
   * A person.
   *
   * @param id null for somebody unknown
   * @param name {@code unknown} for somebody unknown
   */
  public record Person(@Nullable String id, String name) {}
}
