package org.facestream.ingest.camera;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;

/**
 * How a camera is, as the worker that runs it tells. What is not known, or does not apply, is null.
 *
 * @param camera the camera's id
 * @param state what it is doing
 * @param since when it came into that state
 * @param reason one of a small fixed set of words: while in backoff why it failed last, such as
 *     {@code unauthorized} or {@code read-timeout}; {@code no-picture} while stalled; while off
 *     {@code disabled}, {@code ended} (a file) or {@code stopped} (its worker ended or gave it
 *     away)
 * @param fpsIn pictures a second that the camera gives, over the last five seconds
 * @param fpsOut frames a second that Kafka took, over the same time
 * @param fpsAllowed frames a second that it may send for now, when that is less than it should,
 *     because the detectors cannot keep up
 * @param codec of the video, such as {@code h264}
 * @param width of the camera's own pictures, in pixels
 * @param height of the camera's own pictures, in pixels
 * @param bitsPerSecond of the video as it comes, over the last five seconds
 * @param worker name of the worker that tells this
 * @param epoch of the frames that it publishes now, see {@link
 *     org.facestream.ingest.frame.Frame#epoch}
 * @param framesIn pictures that came since the worker runs it
 * @param framesOut frames that Kafka took since the worker runs it
 * @param at when this was told; a worker tells it again every ten seconds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
  "camera",
  "state",
  "since",
  "reason",
  "fpsIn",
  "fpsOut",
  "fpsAllowed",
  "codec",
  "width",
  "height",
  "bitsPerSecond",
  "worker",
  "epoch",
  "framesIn",
  "framesOut",
  "at"
})
public record CameraReport(
    String camera,
    CameraState state,
    Instant since,
    String reason,
    Double fpsIn,
    Double fpsOut,
    Double fpsAllowed,
    String codec,
    Integer width,
    Integer height,
    Long bitsPerSecond,
    String worker,
    Long epoch,
    long framesIn,
    long framesOut,
    Instant at) {
  /** Of a camera that is not run. */
  static CameraReport off(String camera, String reason, String worker) {
    Instant now = Instant.now();
    return new CameraReport(
        camera,
        CameraState.OFF,
        now,
        reason,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        worker,
        null,
        0,
        0,
        now);
  }
}
