package org.facestream.detector.face;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * One face in one frame, cropped with a margin, not yet aligned. One component per field of the
 * record in the topic.
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
// The fields of the JSON header in the topic, which has no levels between, and the record's value.
@RecordBuilder
public record Face(
    String id,
    String camera,
    long epoch,
    @JsonProperty("sequence") long frameSequence,
    Instant captureTime,
    String track,
    int frameWidth,
    int frameHeight,
    Box box,
    Landmarks landmarks,
    Landmarks cropLandmarks,
    float score,
    Quality quality,
    // Older records have no zones.
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        List<String> zones,
    // The picture is the record's value.
    @JsonProperty(access = JsonProperty.Access.WRITE_ONLY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        byte[] jpeg)
    implements FaceBuilder.With {

  public Face {
    zones = zones == null ? List.of() : List.copyOf(zones);
  }
}
