package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a camera is, as the worker that runs it tells. What is not known, or does not apply, is null.
 *
 * @param camera the camera's id
 * @param state what it is doing
 * @param since when it came into that state
 * @param reason one of a small fixed set of words: while in backoff why it failed last, such as
 *     {@code unauthorized} or {@code read-timeout}; {@code no-picture} while stalled; {@code
 *     behind} while live but losing pictures because the machine cannot read it in time; while off
 *     {@code disabled}, {@code ended} (a file) or {@code stopped} (its worker ended or gave it
 *     away)
 * @param fpsIn pictures a second that the camera gives, over the last five seconds
 * @param fpsOut frames a second that Kafka took, over the same time
 * @param codec of the video, such as {@code h264}
 * @param width of the camera's own pictures, in pixels
 * @param height of the camera's own pictures, in pixels
 * @param bitsPerSecond of the video as it comes, over the last five seconds
 * @param worker name of the worker that tells this
 * @param epoch of the frames that it publishes now, see {@link
 *     org.facestream.ingest.frame.Frame#epoch}
 * @param framesIn pictures that came since the worker runs it
 * @param framesOut frames that Kafka took since the worker runs it
 * @param framesHeldBack frames that its motion gate held back since the worker runs it
 * @param framesDropped pictures that were lost since the worker runs it, by reason: {@code behind}
 *     (not decoded: the machine cannot read it in time), {@code too-old}, {@code buffer-full},
 *     {@code too-large}, {@code broker-away}, {@code send-failed}; a reason without any is not
 *     there. What is neither in this nor in the two before was not wanted, or not decodable
 * @param droppedPerSecond the same a second, over the last five seconds
 * @param bytesIn bytes of its video since the worker runs it
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
  "codec",
  "width",
  "height",
  "bitsPerSecond",
  "worker",
  "epoch",
  "framesIn",
  "framesOut",
  "framesHeldBack",
  "framesDropped",
  "droppedPerSecond",
  "bytesIn",
  "at"
})
public record CameraReport(
    String camera,
    CameraState state,
    Instant since,
    String reason,
    Double fpsIn,
    Double fpsOut,
    String codec,
    Integer width,
    Integer height,
    Long bitsPerSecond,
    String worker,
    Long epoch,
    long framesIn,
    long framesOut,
    long framesHeldBack,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> framesDropped,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> droppedPerSecond,
    long bytesIn,
    Instant at) {
  /** Fills in what workers before this version did not tell. */
  public CameraReport {
    framesDropped = sorted(framesDropped);
    droppedPerSecond = sorted(droppedPerSecond);
  }

  private static <N> Map<String, N> sorted(Map<String, N> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }

  /** Of a camera that is not run. */
  public static CameraReport off(String camera, String reason, String worker) {
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
        worker,
        null,
        0,
        0,
        0,
        Map.of(),
        Map.of(),
        0,
        now);
  }
}
