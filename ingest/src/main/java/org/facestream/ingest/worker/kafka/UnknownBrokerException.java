package org.facestream.ingest.worker.kafka;

import org.facestream.ingest.worker.config.UserError;

/**
 * The broker's name cannot be resolved. For a command, that is an error of the user; a running
 * stage retries, because a stopped container has no address either.
 */
public final class UnknownBrokerException extends UserError {
  private static final long serialVersionUID = 1;

  UnknownBrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
