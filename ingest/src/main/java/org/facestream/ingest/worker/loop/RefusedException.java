package org.facestream.ingest.worker.loop;

import java.util.Map;
import org.facestream.ingest.worker.kafka.Refusal;

/** A transaction did not come about because Kafka takes some of its records never. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Map<Integer, Refusal> refused;

  /**
   * @param refused which of the records, and why; not empty
   */
  RefusedException(Map<Integer, Refusal> refused, Throwable cause) {
    super(cause);
    this.refused = Map.copyOf(refused);
  }

  Map<Integer, Refusal> refused() {
    return refused;
  }
}
