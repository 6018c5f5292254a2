package org.facestream.recognizer.gallery.enrol;

import org.facestream.detector.face.Box;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.Quality;
import org.facestream.detector.face.QualityMeter;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;

/**
 * Measures a crop that was stored without the parts of its quality. The face lies in the middle of
 * its crop, which is as large as with the detector's usual margin.
 */
public final class StoredCropQuality {
  /** Side of a crop in longer sides of its box: a margin of a half on every side. */
  private static final float SIDE = 2;

  private StoredCropQuality() {}

  /**
   * The same face with its parts measured; the total stays.
   *
   * @throws UnreadablePictureException when the crop cannot be decoded
   */
  public static Face measured(Face face) throws UnreadablePictureException {
    try (Picture crop = Picture.decodeFrame(face.jpeg())) {
      Box box = face.box();
      float scale = crop.width() / (SIDE * Math.max(box.width(), box.height()));
      float halfWidth = box.width() * scale / 2;
      float halfHeight = box.height() * scale / 2;
      float x = crop.width() / 2f;
      float y = crop.height() / 2f;
      Box inside = new Box(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
      Quality parts = QualityMeter.measure(crop.rgb(), inside, face.cropLandmarks(), face.score());
      return face.withQuality(
          new Quality(
              face.quality().overall(),
              parts.sharpness(),
              parts.size(),
              parts.pose(),
              parts.exposure(),
              parts.yaw(),
              parts.pitch(),
              parts.roll()));
    }
  }
}
