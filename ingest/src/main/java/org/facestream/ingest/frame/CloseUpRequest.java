package org.facestream.ingest.frame;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * A request for a larger picture of a face. Its components are the fields of the topic's record,
 * which is flat.
 *
 * @param camera the camera's id
 * @param epoch of the frame
 * @param sequence of the frame
 * @param captureTime of the frame
 * @param track id of the face's track
 * @param face id of the face
 * @param frameWidth of the whole frame, in pixels
 * @param frameHeight of the whole frame, in pixels
 * @param box the face's place in the frame
 */
// As many values as its record in the topic has, without levels between, as there.
@RecordBuilder
public record CloseUpRequest(
    String camera,
    long epoch,
    long sequence,
    Instant captureTime,
    String track,
    String face,
    int frameWidth,
    int frameHeight,
    Area box)
    implements CloseUpRequestBuilder.With {
  private static final int LONGEST_ID = 256;

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException for an invalid value
   */
  public CloseUpRequest {
    if (track == null
        || face == null
        || track.length() > LONGEST_ID
        || face.length() > LONGEST_ID) {
      throw new IllegalArgumentException("a face and its track have ids");
    }
    if (frameWidth < 1 || frameHeight < 1 || box == null) {
      throw new IllegalArgumentException("a face has a box in a frame");
    }
  }
}
