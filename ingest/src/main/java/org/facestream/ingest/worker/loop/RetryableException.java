package org.facestream.ingest.worker.loop;

/**
 * A failure that is not the record's fault and may pass: a database that is away, a device that is
 * busy. The consume loop keeps the batch, makes the stage not ready, and tries again.
 */
public sealed class RetryableException extends RuntimeException permits DeviceException {
  private static final long serialVersionUID = 1L;

  public RetryableException(String message) {
    super(message);
  }

  public RetryableException(String message, Throwable cause) {
    super(message, cause);
  }
}
