package org.facestream.ingest.source;

import java.util.List;
import java.util.Optional;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.KeptPicture;
import org.facestream.ingest.source.picture.Luma;

/**
 * The current picture of a source, and how to publish it. It is valid until the source reads on.
 *
 * @param maxWidth a wider picture is scaled to this width
 * @param quality of the JPEG, 1 to 100
 * @param masks areas that are made black
 */
public record CurrentPicture(VideoSource source, int maxWidth, int quality, List<Polygon> masks) {
  /** The camera's values, with the configured defaults. */
  public static CurrentPicture of(VideoSource source, Camera camera, IngestConfig config) {
    return new CurrentPicture(
        source,
        camera.maxWidth() == null ? config.maxWidth() : camera.maxWidth(),
        camera.jpegQuality() == null ? config.jpegQuality() : camera.jpegQuality(),
        camera.masks());
  }

  /** Empty when it is damaged. */
  public Optional<EncodedPicture> jpeg() {
    return source.jpeg(maxWidth, quality, masks);
  }

  /** Small and grey; empty when it is damaged. */
  public Optional<Luma> luma() {
    return source.luma();
  }

  /** A copy for later, closed by the caller; empty when it is damaged. */
  public Optional<KeptPicture> keep() {
    return source.keep(maxWidth, masks.isEmpty());
  }

  /** Encodes a kept picture of the same source like this one. */
  public EncodedPicture jpeg(KeptPicture kept) {
    return source.jpeg(kept, maxWidth, quality, masks);
  }
}
