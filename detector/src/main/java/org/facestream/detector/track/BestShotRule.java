package org.facestream.detector.track;

import java.util.List;

/**
 * Chooses the faces worth sending. A standing person gives the same face in every frame; one good
 * look is worth more than thirty copies, and the descriptor network is spared them. The first few
 * always go, because the recognizer decides by votes and should not wait for a better look; and so
 * does the first face in a zone, because nobody else can tell that the person came there.
 */
final class BestShotRule {
  private final BestShotConfig config;

  BestShotRule(BestShotConfig config) {
    this.config = config;
  }

  /**
   * Whether a face is to be published.
   *
   * @param track that it belongs to, believed
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
