package org.facestream.ingest.motion;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.facestream.ingest.source.clock.Sampled;
import org.facestream.ingest.source.picture.KeptPicture;

/**
 * Holds back the pictures of a still scene, except for a regular keep-alive. The last held-back
 * pictures are kept for a moment. When movement is detected, they are published first, because the
 * movement began earlier. Pictures are published in the order of capture. One thread uses it.
 *
 * <p>Most kept pictures are never published, so they are kept decoded and not as JPEGs, within a
 * limit.
 */
public final class MotionGate implements AutoCloseable {
  /** Largest number of kept pictures, at any rate. */
  private static final int MOST_KEPT = 64;

  /** Largest size of kept pictures in bytes; a frame of 1280 x 720 pixels has 1.4 million. */
  private static final long MOST_BYTES = 32_000_000;

  private static final long NEVER = Long.MIN_VALUE;

  private final long keepAlive;
  private final long preRoll;
  private final long postRoll;
  private final Deque<Sampled<KeptPicture>> kept = new ArrayDeque<>();
  private long keptBytes;
  private long lastMovement = NEVER;
  private long lastSent = NEVER;
  private long lastOffered = NEVER;
  private long heldBack;

  /**
   * @param keepAlive longest time without a picture
   * @param preRoll how long a held-back picture is kept
   * @param postRoll how long a scene counts as moving after the last movement
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
   * @return whether to publish it, after the pictures of {@link #release}; if not, pass it to
   *     {@link #keep}
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
      // The next picture would be too late.
      forget();
      lastSent = time;
      return true;
    }
    return false;
  }

  /** Pictures to publish before a picture that passes, oldest first; the caller closes them. */
  public List<Sampled<KeptPicture>> release() {
    List<Sampled<KeptPicture>> released = List.copyOf(kept);
    kept.clear();
    keptBytes = 0;
    return released;
  }

  /** Keeps a picture that does not pass, and closes it later, unless it is released. */
  public void keep(Sampled<KeptPicture> picture) {
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

  /** Number of held-back pictures that will not be published. */
  public long heldBack() {
    return heldBack;
  }

  /** Discards kept pictures: the stream ended, or they must not be published any more. */
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
