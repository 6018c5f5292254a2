package org.facestream.ingest.camera;

import java.util.List;
import java.util.Optional;
import org.facestream.ingest.IngestConfig;

/**
 * The picture that a source is at, and how it is to be published. It is good until the source goes
 * on.
 *
 * @param maxWidth a wider picture is scaled to this width
 * @param quality of the JPEG, 1 to 100
 * @param masks areas that are made black
 */
record CurrentPicture(VideoSource source, int maxWidth, int quality, List<Polygon> masks) {
  /** As the camera says, and where it does not, as is configured for all. */
  static CurrentPicture of(VideoSource source, Camera camera, IngestConfig config) {
    return new CurrentPicture(
        source,
        camera.maxWidth() == null ? config.maxWidth() : camera.maxWidth(),
        camera.jpegQuality() == null ? config.jpegQuality() : camera.jpegQuality(),
        camera.masks());
  }

  /** Empty when it turns out to be damaged. */
  Optional<EncodedPicture> jpeg() {
    return source.jpeg(maxWidth, quality, masks);
  }

  /** Small and grey; empty when it turns out to be damaged. */
  Optional<Luma> luma() {
    return source.luma();
  }

  /** For later, the caller's to close; empty when it turns out to be damaged. */
  Optional<KeptPicture> keep() {
    return source.keep(maxWidth, masks.isEmpty());
  }

  /** One that was kept of the same source, published as this would be. */
  EncodedPicture jpeg(KeptPicture kept) {
    return source.jpeg(kept, maxWidth, quality, masks);
  }
}
