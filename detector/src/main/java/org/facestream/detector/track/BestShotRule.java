package org.facestream.detector.track;

import java.util.List;

/**
 * Chooses the faces to publish. A standing person has the same face in every frame; one good
 * picture is worth more than thirty similar ones, and each costs a run of the descriptor network.
 * The first few faces are always published, because the recognizer decides by votes and should not
 * wait for a better one. So is the first face in a zone, because otherwise no event would contain
 * that zone.
 */
final class BestShotRule {
  private final BestShotConfig config;

  BestShotRule(BestShotConfig config) {
    this.config = config;
  }

  /**
   * Whether to publish a face.
   *
   * @param track of the face, confirmed
   * @param quality of the face, 0 to 1
   * @param score that it is a face, 0 to 1
   * @param captured capture time, milliseconds since 1970
   * @param zones that the face is in
   */
  boolean wants(Track track, float quality, float score, long captured, List<String> zones) {
    if (config.publish() == BestShotConfig.Choice.ALL) {
      return true;
    }
    Track.Sent sent = track.sent();
    long since = captured - sent.last();
    if (sent.faces() == 0 || since >= config.every().toMillis() || sent.enters(zones, score)) {
      return true;
    }
    if (sent.faces() < config.first()) {
      return since >= config.firstInterval().toMillis();
    }
    return quality > sent.best() * (1 + config.betterBy());
  }
}
