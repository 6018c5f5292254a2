package org.facestream.recognizer.gallery.people;

import java.time.Duration;
import org.facestream.recognizer.gallery.GalleryConfig;

/**
 * When expired references are erased.
 *
 * @param after minimum time after the expiry
 * @param every interval between checks
 */
public record ErasureRule(Duration after, Duration every) {
  /** As configured. */
  public static ErasureRule of(GalleryConfig config) {
    return new ErasureRule(config.eraseExpiredAfter(), config.eraseInterval());
  }
}
