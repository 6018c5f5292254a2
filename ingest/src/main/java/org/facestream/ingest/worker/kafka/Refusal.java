package org.facestream.ingest.worker.kafka;

import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.jspecify.annotations.Nullable;

/** Why Kafka permanently refuses a record. */
public enum Refusal {
  TOO_LARGE,
  /** Because of its key, its time, or a rule of the broker. */
  REFUSED;

  /**
   * Classifies the failure of a send.
   *
   * @param failure may be null
   * @return empty for no failure, and for a failure that the record did not cause
   */
  public static Optional<Refusal> of(@Nullable Throwable failure) {
    if (failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException) {
      return Optional.of(TOO_LARGE);
    }
    return failure instanceof InvalidRecordException
            || failure instanceof InvalidTimestampException
            || failure instanceof PolicyViolationException
            || failure instanceof SerializationException
            || failure instanceof UnsupportedForMessageFormatException
        ? Optional.of(REFUSED)
        : Optional.empty();
  }

  /** As a metric's label and a dead letter's reason, such as {@code too-large}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
