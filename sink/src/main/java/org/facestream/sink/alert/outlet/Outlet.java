package org.facestream.sink.alert.outlet;

import java.time.Duration;
import java.util.List;

/** Where alerts go. Connects when it is needed. Several threads may send at once. */
public interface Outlet extends AutoCloseable {
  /** Sends an alert, and waits until the outlet confirms it, but not longer than its timeout. */
  Outcome send(Notice notice) throws InterruptedException;

  /** How long sending may take at most: after that, whoever sent is gone. */
  Duration longest();

  /** How many alerts it can be sent at once. */
  default int parallel() {
    return 1;
  }

  /** Whether it sends the picture itself. */
  default boolean sendsCrop() {
    return false;
  }

  /** Says which rules send to it; called again and again. */
  default void announce(List<Notice.Rule> rules) throws InterruptedException {}

  @Override
  default void close() {}
}
