package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes dead letters for matches that a {@link TrackProcessor} cannot process, and for output
 * that Kafka refuses.
 */
final class IdentityDeadLetters {
  private static final Logger log = LoggerFactory.getLogger(IdentityDeadLetters.class);
  private static final String STAGE = "identity";

  private final ProcessorContext<String, byte[]> context;
  private final RefusedMatches refused;
  private final Telemetry telemetry;

  IdentityDeadLetters(
      ProcessorContext<String, byte[]> context, RefusedMatches refused, Telemetry telemetry) {
    this.context = context;
    this.refused = refused;
    this.telemetry = telemetry;
  }

  /**
   * Makes a dead letter of that of which something came that Kafka never takes.
   *
   * @return false where nothing such is known
   */
  boolean instead(Record<String, byte[]> record, String origin) {
    Optional<Refusal> refusal = refused.of(origin);
    if (refusal.isEmpty()) {
      return false;
    }
    if (refused.isLost(origin)) {
      log.error(
          "{}: {} is lost: {} refuses its dead letter ({}). Check the topic's settings: "
              + "`facestream doctor --services`.",
          STAGE,
          origin,
          TrackProcessor.DEAD_LETTERS,
          refusal.get().label());
      telemetry.dropped(STAGE, label(record), "dead-letter-refused").increment();
      return true;
    }
    // Without content, because the match, its key or its time may be the reason for the refusal.
    reject(
        record
            .withKey(label(record))
            .withValue((byte[]) null)
            .withHeaders(new RecordHeaders())
            .withTimestamp(context.currentSystemTimeMs()),
        origin,
        "output-" + refusal.get().label(),
        "Kafka refuses its output");
    return true;
  }

  /** The correction in a record; null, and a dead letter, when it is none. */
  @Nullable Correction correction(Record<String, byte[]> record, String origin) {
    try {
      return Correction.read(record.key(), record.value());
    } catch (InvalidRecordException invalid) {
      reject(record, origin, invalid.reason(), invalid.getMessage());
      return null;
    }
  }

  /**
   * @param reason one of a small fixed set of words, for it becomes a metric's label
   * @param detail for the log
   */
  void reject(
      Record<String, byte[]> record, String origin, String reason, @Nullable String detail) {
    log.warn("{}: {} goes to the dead letters: {} ({})", STAGE, origin, reason, detail);
    telemetry.dropped(STAGE, label(record), reason).increment();
    RecordHeaders headers = new RecordHeaders(record.headers().toArray());
    headers.add("reason", reason.getBytes(UTF_8));
    headers.add("stage", STAGE.getBytes(UTF_8));
    headers.add(RefusedMatches.ORIGIN, origin.getBytes(UTF_8));
    context.forward(
        record.withTimestamp(Math.max(0, record.timestamp())).withHeaders(headers),
        TrackProcessor.DEAD_LETTERS);
  }

  /** Keys come from outside; only well-formed ones become labels. */
  private static String label(Record<String, byte[]> record) {
    return record.key() == null || record.key().length() > 64 ? "unknown" : record.key();
  }
}
