package org.facestream.ingest.worker.kafka.transaction;

import java.util.Locale;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction that is open in a partition and that nobody will end.
 *
 * @param open what the partition knows of it
 * @param outcome how its coordinator decided, and so how it must be ended here
 */
public record HangingTransaction(OpenTransaction open, Outcome outcome) {
  /** What a coordinator decided about a transaction. */
  public enum Outcome {
    /** Committed: other partitions have it as committed, so this one must too. */
    COMMIT,
    /** Aborted. */
    ABORT,
    /** Not recorded any more; ended as aborted, as Kafka's own tool would. */
    UNKNOWN
  }

  public TopicPartition partition() {
    return open.partition();
  }

  /** For a log line or a person. */
  @Override
  public String toString() {
    return String.format(
            Locale.ROOT,
            "%s of producer %d (epoch %d), open in %s from offset %d on",
            outcome == Outcome.COMMIT ? "committed transaction" : "aborted transaction",
            open.producerId(),
            open.epoch(),
            open.partition(),
            open.startOffset())
        .toLowerCase(Locale.ROOT);
  }
}
