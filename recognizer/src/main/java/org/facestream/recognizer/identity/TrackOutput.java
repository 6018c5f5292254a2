package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.worker.Telemetry;

/** Publishes what was decided of a track, in the transaction of its state. */
final class TrackOutput {
  static final String EVENTS = "events";
  static final String VISITORS = "looks";

  private final ProcessorContext<String, byte[]> context;
  private final String stage;
  private final Telemetry telemetry;

  TrackOutput(ProcessorContext<String, byte[]> context, String stage, Telemetry telemetry) {
    this.context = context;
    this.stage = stage;
    this.telemetry = telemetry;
  }

  /**
   * Publishes events.
   *
   * @param cause the record that they come of
   * @param origin by which it is known when Kafka refuses its output
   */
  void events(
      List<IdentityEvent> events, boolean replay, Record<String, byte[]> cause, String origin) {
    for (IdentityEvent event : events) {
      context.forward(
          cause
              .withKey(event.camera())
              .withValue(RecordJson.write(event))
              .withTimestamp(Math.max(0, timestamp(event, replay, cause)))
              .withHeaders(headers(event, replay, origin)),
          EVENTS);
      count(event, replay);
    }
    if (!events.isEmpty()) {
      // Readers of committed records wait for it: half of the commit interval, on average.
      context.commit();
    }
  }

  /** A correction may come long after its track, and Kafka's retention applies to its event. */
  private long timestamp(IdentityEvent event, boolean replay, Record<String, byte[]> cause) {
    if (event.type() == IdentityEvent.Type.corrected && !replay) {
      return cause.timestamp();
    }
    return replay ? context.currentSystemTimeMs() : event.captureTime().toEpochMilli();
  }

  /** Writes looks of visitors. */
  void visitors(List<Linking.Written> looks, String origin) {
    for (Linking.Written look : looks) {
      RecordHeaders headers = new RecordHeaders();
      headers.add(RefusedMatches.ORIGIN, origin.getBytes(UTF_8));
      context.forward(
          new Record<>(look.faceId(), look.value(), context.currentSystemTimeMs(), headers),
          VISITORS);
    }
  }

  private static RecordHeaders headers(IdentityEvent event, boolean replay, String origin) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(RefusedMatches.ORIGIN, origin.getBytes(UTF_8));
    if (replay) {
      Recording.mark(headers, event.captureTime());
    }
    return headers;
  }

  private void count(IdentityEvent event, boolean replay) {
    Counter.builder("facestream.events")
        .description("Identity events published")
        .tags("camera", event.camera(), "type", event.type().name())
        .register(telemetry.registry())
        .increment();
    if (!replay && event.type().isOfFace()) {
      Duration age =
          Duration.ofMillis(context.currentSystemTimeMs() - event.captureTime().toEpochMilli());
      if (!age.isNegative()) {
        telemetry.sinceCapture(stage, event.camera()).record(age);
      }
    }
  }
}
