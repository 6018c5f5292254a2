package org.facestream.ingest.motion;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.facestream.ingest.source.picture.KeptPicture;

/**
 * Holds back the pictures of a still scene, but for one now and then. The last ones that were held
 * back are kept for a moment: when something moves, they go first, for it began to move before it
 * was seen to. What goes, goes in the order of its capture. One thread uses it.
 *
 * <p>Most of what is kept is never published, so it is kept as it was decoded and not as JPEG, and
 * within a bound.
 */
public final class MotionGate implements AutoCloseable {
  /** Whatever the rate, no more than these are kept. */
  private static final int MOST_KEPT = 64;

  /** Nor more than these bytes; a frame of 1280 x 720 pixels has 1.4 million. */
  private static final long MOST_BYTES = 32_000_000;

  private static final long NEVER = Long.MIN_VALUE;

  /**
   * A picture with its time.
   *
   * @param time in the stream, nanoseconds
   */
  public record Timed(long time, Instant captured, KeptPicture picture) {}

  private final long keepAlive;
  private final long preRoll;
  private final long postRoll;
  private final Deque<Timed> kept = new ArrayDeque<>();
  private long keptBytes;
  private long lastMovement = NEVER;
  private long lastSent = NEVER;
  private long lastOffered = NEVER;
  private long heldBack;

  /**
   * @param keepAlive longest time without a picture
   * @param preRoll how long a picture is kept that was held back
   * @param postRoll for how long a scene counts as moving when nothing moves any more
   */
  public MotionGate(Duration keepAlive, Duration preRoll, Duration postRoll) {
    this.keepAlive = keepAlive.toNanos();
    this.preRoll = preRoll.toNanos();
    this.postRoll = postRoll.toNanos();
  }

  /**
   * Decides on the next picture.
   *
   * @param moves whether something moves in it
   * @param time of the picture in its stream, nanoseconds
   * @return whether it is to be published, after what {@link #release} gives; when not, it is to be
   *     given to {@link #keep}
   */
  public boolean passes(boolean moves, long time) {
    long beat = lastOffered == NEVER ? 0 : Math.max(0, time - lastOffered);
    lastOffered = time;
    if (moves) {
      lastMovement = time;
    }
    while (!kept.isEmpty()
        && (time - kept.peekFirst().time() > preRoll || kept.size() >= MOST_KEPT)) {
      dropOldest();
    }
    if (lastMovement != NEVER && time - lastMovement <= postRoll) {
      lastSent = time;
      return true;
    }
    if (lastSent == NEVER || time + beat - lastSent > keepAlive) {
      // The next one would come too late.
      forget();
      lastSent = time;
      return true;
    }
    return false;
  }

  /**
   * What is to be published before a picture that passes, the oldest first; the caller's to close.
   */
  public List<Timed> release() {
    List<Timed> released = List.copyOf(kept);
    kept.clear();
    keptBytes = 0;
    return released;
  }

  /** Takes a picture that does not pass, and closes it in the end, unless it is released. */
  public void keep(Timed picture) {
    kept.addLast(picture);
    keptBytes += picture.picture().bytes();
    while (keptBytes > MOST_BYTES) {
      dropOldest();
    }
  }

  private void dropOldest() {
    try (KeptPicture oldest = kept.removeFirst().picture()) {
      keptBytes -= oldest.bytes();
    }
    heldBack++;
  }

  /** Pictures so far that were held back and will not be published. */
  public long heldBack() {
    return heldBack;
  }

  /** What is kept stays back: the stream ended, or the pictures may not be shown any more. */
  public void forget() {
    while (!kept.isEmpty()) {
      dropOldest();
    }
  }

  @Override
  public void close() {
    forget();
  }
}
