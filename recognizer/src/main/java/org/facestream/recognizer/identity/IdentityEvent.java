package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import org.facestream.detector.face.Box;
import org.jspecify.annotations.Nullable;

/**
 * The public event: who was seen, where and when. One track gives {@code started}, then {@code
 * updated} when the decision improves or the person comes into another zone of the camera, then
 * {@code ended}. Of several events of a track the one with the highest revision counts: when a
 * track continues after its end (because its camera or a worker was stalled), an {@code updated}
 * follows the {@code ended}, and a new {@code ended} in its time. When a person is forgotten during
 * the track, an {@code updated} event withdraws the name.
 *
 * @param eventId {@code track + "." + revision}: a replay writes the same event, never a second one
 * @param type what happened
 * @param schemaVersion of this record, {@value #SCHEMA_VERSION}
 * @param camera the camera's id
 * @param track the sighting: unique and deterministic
 * @param revision 1, 2, 3... within the track
 * @param firstSeen capture time of the track's first face
 * @param lastSeen capture time of the track's last face so far
 * @param zones names of the camera's zones that the track has been in so far, in the order of first
 *     entry, each once; at most {@value #MOST_ZONES}
 * @param personId the person, or null when unknown
 * @param name the person's name, or {@code unknown}
 * @param watchlist that the person is on, or null
 * @param visitorId the visitor whom somebody unknown was linked to, an id that is derived from a
 *     track and never a name; null for nobody
 * @param ignored true of a visitor who is to be ignored: alert nobody; null otherwise
 * @param distance least distance of the track's faces to the person, or to the nearest person when
 *     unknown; null when the gallery was empty, or whoever was nearest is forgotten
 * @param margin how much farther the second-best person was from that face; null when there was
 *     none
 * @param faces how many faces voted; a face and its close-up are one
 * @param quality quality of the best face, 0 to 1
 * @param score detector's probability of the best face, 0 to 1
 * @param box of the best face, in frame coordinates
 * @param model the descriptor model's name
 * @param galleryVersion sum of the gallery offsets that the last match saw
 * @param gallery what every match that voted had seen of the gallery topic, at least; null in
 *     events of before
 * @param bestFace reference to the best crop: id of a record in the faces topic
 * @param captureTime capture time of the face that caused this event
 */
// As many values as its JSON has, without levels between, as the published schema says.
@JsonInclude(JsonInclude.Include.ALWAYS)
@RecordBuilder
public record IdentityEvent(
    String eventId,
    Type type,
    int schemaVersion,
    String camera,
    String track,
    int revision,
    Instant firstSeen,
    Instant lastSeen,
    List<String> zones,
    @Nullable String personId,
    String name,
    @Nullable String watchlist,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String visitorId,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean ignored,
    @Nullable Double distance,
    @Nullable Double margin,
    int faces,
    double quality,
    double score,
    Box box,
    String model,
    long galleryVersion,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable GalleryVersion gallery,
    String bestFace,
    Instant captureTime)
    implements IdentityEventBuilder.With {

  public static final int SCHEMA_VERSION = 1;

  /** The maximum of a camera; a track exceeds it only if the zones change during the track. */
  static final int MOST_ZONES = 32;

  /** The name of people who are not in the gallery. */
  public static final String UNKNOWN = "unknown";

  public IdentityEvent {
    // Events of before there were zones have none.
    zones = zones == null ? List.of() : List.copyOf(zones);
  }

  /** What was seen of the gallery by every match that voted, as far as the event says. */
  public GalleryVersion version() {
    return gallery == null ? GalleryVersion.ofNumber(galleryVersion) : gallery;
  }

  /** The same of somebody unknown. */
  public IdentityEvent anonymous() {
    return with().personId(null).name(UNKNOWN).watchlist(null).distance(null).margin(null).build();
  }

  /** What happened to the track. */
  public enum Type {
    started,
    updated,
    ended,
    /** A user corrected it, or two visitors became one. */
    corrected;

    /** Whether a face is what caused it, so that its age measures the pipeline. */
    public boolean isOfFace() {
      return this == started || this == updated;
    }
  }
}
