package org.facestream.ingest.source;

import java.time.Duration;
import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;

/**
 * Requirements on a source.
 *
 * @param fps pictures per second that will be used: at least so many are decoded where there are as
 *     many, and a folder of pictures has just so many; infinite for every picture there is
 * @param device the hardware to decode with, or empty for the processor
 * @param mostBehind pictures are skipped when reading is further behind the source than this; empty
 *     to decode every picture
 * @param rotate degrees by which pictures are turned clockwise, beyond what the source declares; a
 *     multiple of 90
 */
public record Wish(
    double fps, Optional<AVBufferRef> device, Optional<Duration> mostBehind, int rotate) {
  static final Wish EVERYTHING =
      new Wish(Double.POSITIVE_INFINITY, Optional.empty(), Optional.empty());

  /** The same, turned clockwise by the given degrees. */
  Wish turned(int degrees) {
    return new Wish(fps, device, mostBehind, degrees);
  }

  /** Not turned. */
  public Wish(double fps, Optional<AVBufferRef> device, Optional<Duration> mostBehind) {
    this(fps, device, mostBehind, 0);
  }
}
