package org.facestream.ingest.worker.loop;

/**
 * A temporary failure that the record did not cause, such as an unavailable database or a busy
 * device. The consume loop keeps the batch, makes the stage not ready, and retries.
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
