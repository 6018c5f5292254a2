package org.facestream.ingest.worker.loop;

import java.util.Locale;

/**
 * Counts the failures of the device in a row. Up to a limit, they are considered temporary; then a
 * new process is needed, or the input is the cause. Only for the loop's thread.
 */
final class DeviceFailures {
  private final int most;
  private int inARow;
  private boolean inputAtFault;

  /** A new process is needed. */
  static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Lost(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String toString() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * @param most in a row, 1 or more
   */
  DeviceFailures(int most) {
    this.most = most;
  }

  /**
   * A turn failed, because of the device or not.
   *
   * @throws Lost when the device has failed too often, with any input
   */
  void failed(RuntimeException why) {
    if (!(why instanceof DeviceException device)) {
      return;
    }
    inARow++;
    if (inARow < most) {
      return;
    }
    if (!device.onThisInputOnly()) {
      throw new Lost(
          String.format(
              Locale.ROOT,
              "the device failed %d times in a row, so a new process is needed (%s)",
              inARow,
              device.getMessage()),
          device);
    }
    inputAtFault = true;
  }

  /** A turn with records succeeded. */
  void worked() {
    inARow = 0;
    inputAtFault = false;
  }

  /** Whether the record caused the failure, so that a retry is useless. */
  boolean isOfTheInput(RuntimeException why) {
    return inputAtFault && why instanceof DeviceException device && device.onThisInputOnly();
  }
}
