package org.facestream.ingest.source.clock;

import java.time.Instant;

/**
 * A picture chosen for the wanted rate, with its times.
 *
 * @param time in its stream, nanoseconds
 * @param captured when it was taken, as well as that can be known
 * @param picture the current picture of its source, or a kept one
 */
public record Sampled<P>(long time, Instant captured, P picture) {
  /** Another form of the same picture. */
  public <Q> Sampled<Q> with(Q form) {
    return new Sampled<>(time, captured, form);
  }
}
