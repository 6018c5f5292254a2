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
 * The picture that a source is at, and how it is to be published. It is good until the source goes
 * on.
 *
 * @param maxWidth a wider picture is scaled to this width
 * @param quality of the JPEG, 1 to 100
 * @param masks areas that are made black
 */
public record CurrentPicture(VideoSource source, int maxWidth, int quality, List<Polygon> masks) {
  /** As the camera says, and where it does not, as is configured for all. */
  public static CurrentPicture of(VideoSource source, Camera camera, IngestConfig config) {
    return new CurrentPicture(
        source,
        camera.maxWidth() == null ? config.maxWidth() : camera.maxWidth(),
        camera.jpegQuality() == null ? config.jpegQuality() : camera.jpegQuality(),
        camera.masks());
  }

  /** Empty when it turns out to be damaged. */
  public Optional<EncodedPicture> jpeg() {
    return source.jpeg(maxWidth, quality, masks);
  }

  /** Small and grey; empty when it turns out to be damaged. */
  public Optional<Luma> luma() {
    return source.luma();
  }

  /** For later, the caller's to close; empty when it turns out to be damaged. */
  public Optional<KeptPicture> keep() {
    return source.keep(maxWidth, masks.isEmpty());
  }

  /** One that was kept of the same source, published as this would be. */
  public EncodedPicture jpeg(KeptPicture kept) {
    return source.jpeg(kept, maxWidth, quality, masks);
  }
}
