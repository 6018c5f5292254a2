package org.facestream.ingest.source.clock;

import java.time.Duration;
import org.facestream.ingest.worker.Backoff;

/**
 * Decides which packets a reader skips when it is behind its stream because the machine has too
 * much to decode. Without this, every picture would be late and be dropped after decoding. Instead,
 * only fresh key frames are decoded, at most one per half second; if that is still too much, one
 * per second, or per two, four or eight seconds. So each camera continues to provide fresh
 * pictures.
 *
 * <p>It returns step by step when nothing was late for a second. A camera that falls behind again
 * waits longer, up to two minutes, with jitter, so that the cameras of one machine do not all
 * return at once. One thread uses it.
 */
public final class CatchUp {
  private static final Duration FIRST_STAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_STAY = Duration.ofMinutes(2);
  private static final long SHORTEST_SPACING = 500_000_000L;
  private static final long LONGEST_SPACING = 8_000_000_000L;

  /** A camera that kept up for this time, and for longer than it was behind, has recovered. */
  private static final long RECOVERED = 10_000_000_000L;

  /** Key frames are regular, but not to the millisecond. */
  private static final double TOLERANCE = 0.9;

  private final long bound;
  private final long fresh;
  private final Backoff stays = new Backoff(FIRST_STAY, LONGEST_STAY);
  private long spacing;
  private boolean drained;
  private long stay;
  private long stepDue;
  private boolean fellBehind;
  private long keptUpSince;
  private boolean decodedOne;
  private long lastDecoded;

  /**
   * @param bound a reader that is further behind than this begins to skip pictures
   */
  public CatchUp(Duration bound) {
    this.bound = bound.toNanos();
    this.fresh = this.bound / 2;
  }

  /**
   * Whether to skip the next packet; call it for each packet that would be decoded.
   *
   * @param key whether it can be decoded without those before
   * @param time of the packet in its stream, nanoseconds
   * @param lag for how long it waited to be read, nanoseconds
   * @param now {@link System#nanoTime}
   */
  public boolean leavesOut(boolean key, long time, long lag, long now) {
    // At this low rate, half of the bound already means that it is still too much.
    if (spacing == 0 ? lag > bound : drained && lag > fresh) {
      fallBehind(now);
    }
    drained |= lag <= fresh / 2;
    if (spacing == 0) {
      return false;
    }
    // After a key frame that waited for long, a fresher one follows.
    if (!key || lag > fresh) {
      return true;
    }
    if (now - stepDue >= 0) {
      comeBack(now);
    }
    if (spacing > 0 && decodedOne && time - lastDecoded < TOLERANCE * spacing) {
      return true;
    }
    decodedOne = true;
    lastDecoded = time;
    return false;
  }

  private void fallBehind(long now) {
    if (spacing == 0 && (!fellBehind || now - keptUpSince > RECOVERED + stay)) {
      stays.reset();
    }
    fellBehind = true;
    spacing = spacing == 0 ? SHORTEST_SPACING : Math.min(LONGEST_SPACING, 2 * spacing);
    drained = false;
    stay = stays.next().toNanos();
    stepDue = now + stay;
  }

  private void comeBack(long now) {
    spacing = spacing == SHORTEST_SPACING ? 0 : spacing / 2;
    keptUpSince = now;
    stepDue = now + stay;
  }

  /** Whether pictures are skipped now; decoded pictures then depend on no other picture. */
  public boolean behind() {
    return spacing > 0;
  }
}
