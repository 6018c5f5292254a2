package org.facestream.detector.track;

/**
 * The permanent id of a frame.
 *
 * @param camera the camera's id
 * @param epoch of the frame, see {@link org.facestream.ingest.frame.Frame#epoch}
 * @param sequence of the frame within the epoch
 */
public record FrameId(String camera, long epoch, long sequence) {

  /**
   * The id of a face, or of the track that began with it: {@code gate-mf9zk2c8-17-0}, the epoch in
   * base 36. A replay has the same ids. An id contains no dot, because event ids append one.
   *
   * @param index of the detection within the frame
   */
  public String face(int index) {
    return camera + "-" + Long.toString(epoch, 36) + "-" + sequence + "-" + index;
  }
}
