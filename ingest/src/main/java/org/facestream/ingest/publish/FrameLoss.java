package org.facestream.ingest.publish;

import java.util.Locale;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;

/** Why ingest drops a picture. The names are labels of a metric, so the set is fixed. */
public enum FrameLoss {
  /** It was not decoded, because the machine cannot decode the camera in time. */
  BEHIND,
  /** It was too old when it was decoded. */
  TOO_OLD,
  /** No room among the frames that wait for Kafka. */
  BUFFER_FULL,
  /** Larger than Kafka accepts. */
  TOO_LARGE,
  /** Kafka did not accept it in time. */
  BROKER_AWAY,
  /** Kafka refused it. */
  SEND_FAILED;

  /** Maps a failed send to its loss. */
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
