package org.facestream.ingest.worker.kafka.transaction;

import java.util.Locale;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction that is open in a partition and will never be ended.
 *
 * @param open the partition's view of it
 * @param outcome the decision of its coordinator, and how to end it here
 */
public record HangingTransaction(OpenTransaction open, Outcome outcome) {
  /** The decision of a coordinator about a transaction. */
  public enum Outcome {
    /** Committed: it is committed in other partitions, so it must be committed here too. */
    COMMIT,
    /** Aborted. */
    ABORT,
    /** Not recorded any more; aborted, as Kafka's own tool would do. */
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
