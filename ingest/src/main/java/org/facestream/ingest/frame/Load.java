package org.facestream.ingest.frame;

/**
 * How far the detectors keep up with a camera.
 *
 * @param camera its id
 * @param handled share of its latest frames that were looked at, 0 to 1; the others were too many
 * @param faces whether a face was seen in the last seconds
 */
public record Load(String camera, double handled, boolean faces) {
  public Load {
    if (!(handled >= 0 && handled <= 1)) {
      throw new IllegalArgumentException("a share is 0 to 1, not " + handled);
    }
  }
}
