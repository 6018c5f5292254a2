package org.facestream.ingest.source.picture;

import java.util.Optional;
import org.facestream.ingest.worker.Closing;

/**
 * Masks and encodes the pictures of a source, at once or later. Motion JPEG that is not too wide is
 * returned unchanged, whatever its quality, if there is nothing to mask or turn. One thread uses
 * it.
 */
public final class PictureEncoder implements AutoCloseable {
  private final JpegEncoder encoder = new JpegEncoder();
  private final PictureKeeper keeper = new PictureKeeper();

  /** The picture as JPEG; empty when it is damaged. */
  public Optional<EncodedPicture> encode(SourcePicture picture, Look look) {
    return asItCame(picture, look)
        .or(() -> picture.frame().map(frame -> encoder.encode(frame, look)));
  }

  /**
   * The picture for later, not yet encoded; empty when it is damaged. The caller closes it before
   * this and before its source.
   */
  public Optional<KeptPicture> keep(SourcePicture picture, Look look) {
    Optional<KeptPicture> whole = asItCame(picture, look).map(KeptPicture.Whole::new);
    return whole.or(() -> picture.frame().map(frame -> keeper.keep(frame, look.maxWidth())));
  }

  /** Encodes a kept picture like {@link #encode(SourcePicture, Look)}. */
  public EncodedPicture encode(KeptPicture kept, Look look) {
    return kept instanceof KeptPicture.Pixels pixels
        ? encoder.encode(pixels.frame(), look)
        : ((KeptPicture.Whole) kept).picture();
  }

  private static Optional<EncodedPicture> asItCame(SourcePicture picture, Look look) {
    return look.masks().isEmpty()
        ? picture.asItCame().filter(whole -> whole.width() <= look.maxWidth())
        : Optional.empty();
  }

  @Override
  public void close() {
    try (Closing closing = new Closing()) {
      closing.add(keeper);
      closing.add(encoder);
    }
  }
}
