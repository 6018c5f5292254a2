package org.facestream.ingest.worker.loop;

import java.util.Locale;
import org.facestream.ingest.worker.config.UserError;

/**
 * Counts the failures of the device in a row. As often as they may come, they pass; then only a new
 * process can help, or the input is at fault. The loop's thread only.
 */
final class DeviceFailures {
  private final int most;
  private int inARow;
  private boolean inputAtFault;

  /** Only a new process can help. */
  static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Lost(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String toString() {
      return getMessage();
    }
  }

  /**
   * @param most in a row, 1 or more
   */
  DeviceFailures(int most) {
    if (most < 1) {
      throw new UserError("worker.device-failures is " + most + "; give 1 or more.");
    }
    this.most = most;
  }

  /**
   * A turn failed, by the device or by something else, which says nothing about the device.
   *
   * @throws Lost when the device failed as often as it may, whatever it was given
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
              "the device failed %d times in a row, which only a new process can cure (%s)",
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

  /** Whether a failure says that its record is at fault, and that another try is of no use. */
  boolean isOfTheInput(RuntimeException why) {
    return inputAtFault && why instanceof DeviceException device && device.onThisInputOnly();
  }
}
