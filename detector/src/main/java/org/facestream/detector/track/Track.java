package org.facestream.detector.track;

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
   */
  public record Sent(int faces, float best, long last) {
    static final Sent NOTHING = new Sent(0, 0, 0);

    Sent and(float quality, long captured) {
      return new Sent(faces + 1, Math.max(best, quality), captured);
    }
  }

  Track missedOnce() {
    return new Track(id, motion, lastSeen, hits, missed + 1, confirmed, sent);
  }

  Track sent(float quality, long captured) {
    return new Track(id, motion, lastSeen, hits, missed, confirmed, sent.and(quality, captured));
  }

  /** The motion at a time; a time before the last detection is taken for that of the detection. */
  Motion motionAt(long captured) {
    return motion.after(Math.max(0, captured - lastSeen) / 1000.0);
  }
}
