package org.facestream.detector.face;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * One face in one frame, cropped with a margin, not yet aligned.
 *
 * @param id deterministic: camera, epoch, frame sequence and index within the frame; for a
 *     close-up, the id of the requested face and {@code -close}
 * @param camera the camera's id
 * @param epoch of the frame
 * @param frameSequence of the frame
 * @param captureTime of the frame
 * @param track deterministic id of the track, derived from camera and the frame where it began
 * @param frameWidth pixels of the whole frame
 * @param frameHeight pixels of the whole frame
 * @param box in frame coordinates
 * @param landmarks in frame coordinates
 * @param cropLandmarks in coordinates of the crop
 * @param score the detector's probability, 0 to 1
 * @param quality how suitable it is for recognition
 * @param zones names of the camera's zones that contain it, in the camera's order
 * @param jpeg the crop, a whole JPEG file
 */
// As many values as its record in the topic has, without levels between, as there.
@RecordBuilder
public record Face(
    String id,
    String camera,
    long epoch,
    long frameSequence,
    Instant captureTime,
    String track,
    int frameWidth,
    int frameHeight,
    Box box,
    Landmarks landmarks,
    Landmarks cropLandmarks,
    float score,
    Quality quality,
    List<String> zones,
    byte[] jpeg)
    implements FaceBuilder.With {

  public Face {
    zones = zones == null ? List.of() : List.copyOf(zones);
  }
}
