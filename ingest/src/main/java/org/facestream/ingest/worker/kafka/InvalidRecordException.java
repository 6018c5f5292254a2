package org.facestream.ingest.worker.kafka;

import org.jspecify.annotations.Nullable;

/** A record that violates its topic's contract. The reason is a label of a metric. */
public final class InvalidRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public InvalidRecordException(String reason, @Nullable String detail) {
    super(detail);
    this.reason = reason;
  }

  /** One of a small fixed set of words, such as {@code empty-value} or {@code bad-header}. */
  public String reason() {
    return reason;
  }
}
