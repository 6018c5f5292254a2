package org.facestream.ingest.worker.loop;

import org.facestream.ingest.worker.WorkerConfig;

/**
 * A device failed. The failure may be temporary: the consume loop retries, up to {@link
 * WorkerConfig#deviceFailures()} times in a row.
 */
public final class DeviceException extends RetryableException {
  private static final long serialVersionUID = 1L;

  private final boolean onThisInputOnly;

  /**
   * @param onThisInputOnly whether the device worked with another input right after the failure. If
   *     so, the input may be the cause; if not, and repeatedly, a new process is needed.
   */
  public DeviceException(String message, Throwable cause, boolean onThisInputOnly) {
    super(message, cause);
    this.onThisInputOnly = onThisInputOnly;
  }

  public boolean onThisInputOnly() {
    return onThisInputOnly;
  }
}
