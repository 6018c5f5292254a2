package org.facestream.detector.track;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.stream.Stream;

/**
 * One face followed through the frames of a camera, immutable.
 *
 * @param id deterministic: camera and frame where it began, see {@link FrameId}
 * @param motion as of {@code lastSeen}
 * @param lastSeen capture time of the last detection, milliseconds since 1970
 * @param hits detections so far
 * @param missed frames since the last detection
 * @param confirmed whether enough detections were seen to believe in it
 * @param sent what was published of it
 */
public record Track(
    String id, Motion motion, long lastSeen, int hits, int missed, boolean confirmed, Sent sent) {

  /**
   * What was published of a track.
   *
   * @param faces how many
   * @param best the best quality among them, 0 to 1
   * @param last capture time of the last, milliseconds since 1970
   * @param zones that they were in, in the order of first entry, at most {@value #MOST_ZONES}
   */
  public record Sent(
      int faces,
      float best,
      long last,
      // The notebook of an older version has none.
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
          List<String> zones) {
    /** As many as a camera has; more only when its zones change while somebody is there. */
    static final int MOST_ZONES = 32;

    static final Sent NOTHING = new Sent(0, 0, 0, List.of());

    public Sent {
      zones = List.copyOf(zones);
    }

    /** Whether a face is the first in one of its zones. */
    boolean enters(List<String> its) {
      return zones.size() < MOST_ZONES && !zones.containsAll(its);
    }

    Sent and(float quality, long captured, List<String> its) {
      return new Sent(
          faces + 1,
          Math.max(best, quality),
          captured,
          Stream.concat(zones.stream(), its.stream()).distinct().limit(MOST_ZONES).toList());
    }
  }

  Track missedOnce() {
    return new Track(id, motion, lastSeen, hits, missed + 1, confirmed, sent);
  }

  /**
   * After a face was published.
   *
   * @param zones that the face was in
   */
  Track sent(float quality, long captured, List<String> zones) {
    return new Track(
        id, motion, lastSeen, hits, missed, confirmed, sent.and(quality, captured, zones));
  }

  /** The motion at a time; a time before the last detection is taken for that of the detection. */
  Motion motionAt(long captured) {
    return motion.after(Math.max(0, captured - lastSeen) / 1000.0);
  }
}
