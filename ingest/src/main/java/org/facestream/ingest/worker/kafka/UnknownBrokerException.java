package org.facestream.ingest.worker.kafka;

import org.facestream.ingest.worker.config.UserError;

/**
 * The broker's name means no address now. For a command that is a mistake of its user's; a stage
 * that runs tries again, because a container that is down has no address either.
 */
public final class UnknownBrokerException extends UserError {
  private static final long serialVersionUID = 1;

  UnknownBrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
