package org.facestream.ingest.source.picture;

import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * The current picture of a source, decoded only when its pixels are needed. It is valid until the
 * source reads on.
 */
public interface SourcePicture {
  /** The upright pixels, owned by the source; empty when they are damaged. */
  Optional<AVFrame> frame();

  /** The encoded picture, if it is a complete, upright JPEG file. */
  Optional<EncodedPicture> asItCame();
}
