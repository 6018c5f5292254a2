package org.facestream.ingest.worker.loop;

import org.facestream.ingest.worker.WorkerConfig;

/**
 * What a network runs on failed. It may pass: the consume loop tries again, but only so often in a
 * row ({@link WorkerConfig#deviceFailures()}).
 */
public final class DeviceException extends RetryableException {
  private static final long serialVersionUID = 1L;

  private final boolean onThisInputOnly;

  /**
   * @param onThisInputOnly whether it did other work right after the failure. If not, and again and
   *     again, only a new process cures it; if so, it may be the input.
   */
  public DeviceException(String message, Throwable cause, boolean onThisInputOnly) {
    super(message, cause);
    this.onThisInputOnly = onThisInputOnly;
  }

  public boolean onThisInputOnly() {
    return onThisInputOnly;
  }
}
