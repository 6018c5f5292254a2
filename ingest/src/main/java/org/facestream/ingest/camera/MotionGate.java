package org.facestream.ingest.camera;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Holds back the pictures of a still scene, but for one now and then. The last ones that were held
 * back are kept for a moment: when something moves, they go first, for it began to move before it
 * was seen to. What goes, goes in the order of its capture. One thread uses it.
 */
final class MotionGate {
  /** Whatever the rate, no more than these are kept. */
  private static final int MOST_KEPT = 64;

  /** Nor more than these bytes of JPEG. */
  private static final long MOST_BYTES = 16_000_000;

  private static final long NEVER = Long.MIN_VALUE;

  /**
   * A picture with its time.
   *
   * @param time in the stream, nanoseconds
   */
  record Timed(long time, Instant captured, EncodedPicture picture) {}

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
  MotionGate(Duration keepAlive, Duration preRoll, Duration postRoll) {
    this.keepAlive = keepAlive.toNanos();
    this.preRoll = preRoll.toNanos();
    this.postRoll = postRoll.toNanos();
  }

  /**
   * Takes the next picture.
   *
   * @param moves whether something moves in it
   * @return what is to be published now, the oldest first
   */
  List<Timed> offer(boolean moves, Timed picture) {
    long time = picture.time();
    long beat = lastOffered == NEVER ? 0 : Math.max(0, time - lastOffered);
    lastOffered = time;
    if (moves) {
      lastMovement = time;
    }
    while (!kept.isEmpty()
        && (time - kept.peekFirst().time() > preRoll || kept.size() >= MOST_KEPT)) {
      dropOldest();
    }
    List<Timed> sent = new ArrayList<>();
    if (lastMovement != NEVER && time - lastMovement <= postRoll) {
      sent.addAll(kept);
      kept.clear();
      keptBytes = 0;
      sent.add(picture);
    } else if (lastSent == NEVER || time + beat - lastSent > keepAlive) {
      // The next one would come too late.
      forget();
      sent.add(picture);
    } else {
      kept.addLast(picture);
      keptBytes += bytes(picture);
      while (keptBytes > MOST_BYTES) {
        dropOldest();
      }
    }
    lastSent = sent.isEmpty() ? lastSent : time;
    return sent;
  }

  private void dropOldest() {
    keptBytes -= bytes(kept.removeFirst());
    heldBack++;
  }

  private static long bytes(Timed picture) {
    return picture.picture().jpeg().length;
  }

  /** Pictures so far that were held back and will not be published. */
  long heldBack() {
    return heldBack;
  }

  /** What is kept stays back: the stream ended, or the pictures may not be shown any more. */
  void forget() {
    heldBack += kept.size();
    kept.clear();
    keptBytes = 0;
  }
}
