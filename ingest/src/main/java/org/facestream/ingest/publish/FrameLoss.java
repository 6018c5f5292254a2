package org.facestream.ingest.publish;

import java.util.Locale;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;

/** Why ingest drops a picture. The names are a metric's label, so there are only these. */
public enum FrameLoss {
  /** It was not even decoded: the machine cannot read the camera in time. */
  BEHIND,
  /** It was too old when it was decoded. */
  TOO_OLD,
  /** No room among the frames that wait for Kafka. */
  BUFFER_FULL,
  /** Larger than Kafka takes. */
  TOO_LARGE,
  /** Kafka did not take it in time. */
  BROKER_AWAY,
  /** Kafka refused it. */
  SEND_FAILED;

  /** Why a frame did not come into Kafka. */
  static FrameLoss of(Throwable refused) {
    if (refused instanceof BufferExhaustedException) {
      return BUFFER_FULL;
    }
    if (refused instanceof RecordTooLargeException) {
      return TOO_LARGE;
    }
    return refused instanceof RetriableException ? BROKER_AWAY : SEND_FAILED;
  }

  /** As a label, such as {@code too-old}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
