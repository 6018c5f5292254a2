package org.facestream.detector.track;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One face followed through the frames of a camera, immutable.
 *
 * @param id deterministic: camera and frame where it began, see {@link FrameId}
 * @param motion as of {@code lastSeen}
 * @param lastSeen capture time of the last detection, milliseconds since 1970
 * @param hits detections so far
 * @param missed frames since the last detection
 * @param confirmed whether it has enough detections
 * @param sent what was published
 */
@RecordBuilder
public record Track(
    String id, Motion motion, long lastSeen, int hits, int missed, boolean confirmed, Sent sent)
    implements TrackBuilder.With {

  /**
   * Published faces of a track.
   *
   * @param faces their number
   * @param best the best quality among them, 0 to 1
   * @param last capture time of the last, milliseconds since 1970
   * @param zones of these faces, in the order of first entry, at most {@value #MOST_ZONES}
   */
  public record Sent(
      int faces,
      float best,
      long last,
      // State of an older version has no zones.
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
          List<Entry> zones) {
    /** The maximum of a camera; a track exceeds it only if the zones change during the track. */
    static final int MOST_ZONES = 32;

    static final Sent NOTHING = new Sent(0, 0, 0, List.of());

    /** Readers may ignore faces with a lower score. */
    private static final float SURE = 0.95f;

    /**
     * A zone that a published face was in.
     *
     * @param zone its name
     * @param score the best of those faces, 0 to 1
     */
    public record Entry(String zone, float score) {}

    public Sent {
      zones = List.copyOf(zones);
    }

    /** Whether a face is the first in one of its zones, or the first with a sufficient score. */
    boolean enters(List<String> its, float score) {
      return its.stream()
          .anyMatch(
              zone ->
                  told(zone)
                      .map(entry -> entry.score() < SURE && score >= SURE)
                      .orElse(zones.size() < MOST_ZONES));
    }

    Sent and(float quality, float score, long captured, List<String> its) {
      List<Entry> more = new ArrayList<>(zones);
      for (String zone : its) {
        Entry before = told(zone).orElse(null);
        if (before != null) {
          more.set(more.indexOf(before), new Entry(zone, Math.max(before.score(), score)));
        } else if (more.size() < MOST_ZONES) {
          more.add(new Entry(zone, score));
        }
      }
      return new Sent(faces + 1, Math.max(best, quality), captured, more);
    }

    private Optional<Entry> told(String zone) {
      return zones.stream().filter(entry -> entry.zone().equals(zone)).findFirst();
    }
  }

  Track missedOnce() {
    return withMissed(missed + 1);
  }

  /**
   * The state after publishing a face.
   *
   * @param score that it is a face, 0 to 1
   * @param zones that it was in
   */
  Track sent(float quality, float score, long captured, List<String> zones) {
    return withSent(sent.and(quality, score, captured, zones));
  }

  /** The motion at a time; for a time before the last detection, that of the detection. */
  Motion motionAt(long captured) {
    return motion.after(Math.max(0, captured - lastSeen) / 1000.0);
  }
}
