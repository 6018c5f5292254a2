package org.facestream.ingest.source.packet;

import static org.facestream.ingest.source.packet.PacketKind.DISPOSABLE;
import static org.facestream.ingest.source.packet.PacketKind.KEY;

import org.facestream.ingest.source.clock.StreamClock;

/**
 * Decides which packets are worth decoding for a wanted rate: all of them, those that others depend
 * on, or key frames only. One group of pictures (a key frame and the pictures after it) determines
 * how the next group is filtered, so decoded pictures never depend on skipped ones.
 *
 * <p>The remaining pictures must be dense enough: at most half of the wanted distance apart, or
 * exactly that distance. For key frames only, their distance must also have been steady for some
 * time, and it is never trusted again after a change: some cameras increase it while nothing moves.
 */
final class PacketSieve {
  private static final int STEADY_GROUPS = 4;
  private static final double TOLERANCE = 0.05;

  private enum Mode {
    EVERYTHING,
    REFERENCES,
    KEYS
  }

  private final double period;
  private Mode mode = Mode.EVERYTHING;
  private long lastKey = StreamClock.NO_TIMESTAMP;
  private long pictures;
  private long references;
  private double usualLength;
  private int steady;
  private boolean keysTrusted = true;

  /**
   * @param fps pictures per second that are wanted; infinite for every one
   */
  PacketSieve(double fps) {
    period = 1e9 / fps;
  }

  /**
   * Whether to decode a packet; call it for each packet in order.
   *
   * @param time the picture's timestamp in nanoseconds, or {@link StreamClock#NO_TIMESTAMP}
   */
  boolean needs(PacketKind kind, long time) {
    if (kind == KEY) {
      begin(time);
    }
    pictures++;
    references += kind == DISPOSABLE ? 0 : 1;
    return switch (mode) {
      case EVERYTHING -> true;
      case REFERENCES -> kind != DISPOSABLE;
      case KEYS -> kind == KEY;
    };
  }

  /** Whether each picture that is decoded depends on no other. */
  boolean keysOnly() {
    return mode == Mode.KEYS;
  }

  private void begin(long time) {
    boolean timed = time != StreamClock.NO_TIMESTAMP && lastKey != StreamClock.NO_TIMESTAMP;
    mode = timed && time > lastKey ? choose(time - lastKey) : Mode.EVERYTHING;
    lastKey = time;
    pictures = 0;
    references = 0;
  }

  private Mode choose(double length) {
    if (Math.abs(length - usualLength) <= TOLERANCE * usualLength) {
      steady++;
    } else {
      keysTrusted &= mode != Mode.KEYS;
      steady = 0;
      usualLength = length;
    }
    if (keysTrusted && steady >= STEADY_GROUPS && enough(length)) {
      return Mode.KEYS;
    }
    return references < pictures && enough(length / references) ? Mode.REFERENCES : Mode.EVERYTHING;
  }

  private boolean enough(double distance) {
    return distance <= period / 2 || Math.abs(distance - period) <= TOLERANCE * period;
  }
}
