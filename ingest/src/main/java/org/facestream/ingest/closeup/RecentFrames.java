package org.facestream.ingest.closeup;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.facestream.ingest.frame.Frame;

/** The last published frames of a camera. Thread-safe. */
final class RecentFrames {
  private static final int MOST_FRAMES = 256;
  private static final long MOST_BYTES = 16L << 20;

  private final long span;
  private final Deque<Frame> frames = new ArrayDeque<>();
  private long bytes;

  RecentFrames(Duration span) {
    this.span = span.toMillis();
  }

  synchronized void add(Frame frame) {
    frames.add(frame);
    bytes += frame.jpeg().length;
    long oldest = frame.captureTime().toEpochMilli() - span;
    while (frames.size() > 1
        && (frames.size() > MOST_FRAMES
            || bytes > MOST_BYTES
            || frames.getFirst().captureTime().toEpochMilli() < oldest)) {
      bytes -= frames.removeFirst().jpeg().length;
    }
  }

  synchronized Optional<Frame> find(long epoch, long sequence) {
    return frames.stream()
        .filter(frame -> frame.epoch() == epoch && frame.sequence() == sequence)
        .findFirst();
  }
}
