package org.facestream.ingest.source.picture;

import java.util.List;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Polygon;

/**
 * How pictures look when they are encoded.
 *
 * @param maxWidth a wider picture is scaled to this width
 * @param quality of the JPEG, 1 to 100
 * @param masks areas that are made black
 */
public record Look(int maxWidth, int quality, List<Polygon> masks) {
  /** The camera's values, with the configured defaults. */
  public static Look of(Camera camera, IngestConfig config) {
    return new Look(
        camera.maxWidth() == null ? config.maxWidth() : camera.maxWidth(),
        camera.jpegQuality() == null ? config.jpegQuality() : camera.jpegQuality(),
        camera.masks());
  }
}
