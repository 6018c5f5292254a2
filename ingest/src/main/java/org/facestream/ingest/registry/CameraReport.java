package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The status of a camera, as reported by its worker. Values that are unknown or do not apply are
 * null.
 *
 * @param camera the camera's id
 * @param state its state
 * @param since when it entered that state
 * @param reason one of a small fixed set of words: in backoff, the reason of the last failure, such
 *     as {@code unauthorized} or {@code read-timeout}; {@code no-picture} while stalled; {@code
 *     behind} while live but losing pictures because the machine cannot read it in time; while off
 *     {@code disabled}, {@code ended} (a file) or {@code stopped} (its worker ended or gave it
 *     away)
 * @param fpsIn pictures per second received from the camera, over the last five seconds
 * @param fpsOut frames per second that Kafka accepted, over the same time
 * @param codec of the video, such as {@code h264}
 * @param width of the camera's own pictures, in pixels
 * @param height of the camera's own pictures, in pixels
 * @param bitsPerSecond of the video as received, over the last five seconds
 * @param worker name of the reporting worker
 * @param epoch of the frames that it publishes now, see {@link
 *     org.facestream.ingest.frame.Frame#epoch}
 * @param framesIn pictures received since the worker runs it
 * @param framesOut frames that Kafka accepted since the worker runs it
 * @param framesHeldBack frames that its motion gate held back since the worker runs it
 * @param framesDropped pictures that were lost since the worker runs it, by reason: {@code behind}
 *     (not decoded: the machine cannot read it in time), {@code too-old}, {@code buffer-full},
 *     {@code too-large}, {@code broker-away}, {@code send-failed}; reasons without any are omitted.
 *     Pictures in none of these three were not needed or could not be decoded
 * @param droppedPerSecond the same per second, over the last five seconds
 * @param bytesIn bytes of its video since the worker runs it
 * @param at time of this report; a worker repeats it every ten seconds
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
// As many values as its JSON has, without levels between, as there.
@RecordBuilder
public record CameraReport(
    String camera,
    CameraState state,
    Instant since,
    @Nullable String reason,
    @Nullable Double fpsIn,
    @Nullable Double fpsOut,
    @Nullable String codec,
    @Nullable Integer width,
    @Nullable Integer height,
    @Nullable Long bitsPerSecond,
    @Nullable String worker,
    @Nullable Long epoch,
    long framesIn,
    long framesOut,
    long framesHeldBack,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> framesDropped,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> droppedPerSecond,
    long bytesIn,
    Instant at)
    implements CameraReportBuilder.With {
  /** Fills in values that older workers do not report. */
  public CameraReport {
    framesDropped = sorted(framesDropped);
    droppedPerSecond = sorted(droppedPerSecond);
  }

  private static <N> Map<String, N> sorted(@Nullable Map<String, N> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }

  /** The report of a camera that does not run. */
  public static CameraReport off(String camera, String reason, String worker) {
    Instant now = Instant.now();
    return CameraReportBuilder.builder()
        .camera(camera)
        .state(CameraState.OFF)
        .since(now)
        .reason(reason)
        .worker(worker)
        .at(now)
        .build();
  }
}
