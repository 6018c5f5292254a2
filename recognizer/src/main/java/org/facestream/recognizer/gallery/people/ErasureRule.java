package org.facestream.recognizer.gallery.people;

import java.time.Duration;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.GalleryConfig;

/**
 * When expired references are erased.
 *
 * @param after minimum time after the expiry
 * @param every interval between checks
 */
public record ErasureRule(Duration after, Duration every) {
  public ErasureRule {
    if (after.isNegative()) {
      throw new UserError("gallery.erase-expired-after must be 0s or more.");
    }
    if (every.toMillis() < 1) {
      throw new UserError("gallery.erase-interval must be 1ms or more.");
    }
  }

  /**
   * @throws UserError for a value out of its range
   */
  public static ErasureRule of(GalleryConfig config) {
    return new ErasureRule(config.eraseExpiredAfter(), config.eraseInterval());
  }
}
