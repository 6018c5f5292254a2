package org.facestream.ingest.source;

import java.time.Duration;
import org.facestream.ingest.registry.IngestConfig;

/**
 * Time limits of a source.
 *
 * @param connect to open it, up to the agreement on a stream
 * @param firstFrame from there to the first picture
 * @param read from one picture to the next
 */
public record Patience(Duration connect, Duration firstFrame, Duration read) {
  /** For a file that must be read to its end, even on a busy machine. */
  public static final Patience REPLAY =
      new Patience(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(5));

  public static Patience of(IngestConfig config) {
    return new Patience(config.connectTimeout(), config.firstFrameTimeout(), config.readTimeout());
  }
}
