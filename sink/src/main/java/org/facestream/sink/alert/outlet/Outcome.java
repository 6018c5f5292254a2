package org.facestream.sink.alert.outlet;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt to send an alert.
 *
 * @param detail why it failed, without addresses and secrets; empty when it did not
 * @param after how long the outlet asks to wait before the next attempt, or null
 */
public record Outcome(Kind kind, String detail, @Nullable Duration after) {
  /** Whether the outlet confirmed it, may do so later, or never will. */
  public enum Kind {
    delivered,
    again,
    refused
  }

  static Outcome delivered() {
    return new Outcome(Kind.delivered, "", null);
  }

  static Outcome again(String why) {
    return new Outcome(Kind.again, why, null);
  }

  static Outcome refused(String why) {
    return new Outcome(Kind.refused, why, null);
  }
}
