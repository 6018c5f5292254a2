package org.facestream.ingest.source.clock;

import java.time.Duration;
import org.facestream.ingest.worker.Backoff;

/**
 * What a reader leaves undecoded that has fallen behind its stream, because the machine has more to
 * decode than it can. Then everything would get late, and be thrown away after the work was done;
 * instead, only key frames are decoded that are fresh, at most one in half a second. When even that
 * is too much, one in a second, in two, four or eight: each camera keeps giving some, and those are
 * fresh.
 *
 * <p>It comes back the same way when nothing was late for a second. Whoever then falls behind again
 * stays longer, up to two minutes, by chance a little more or less, so that cameras of one machine
 * do not all come back at once. One thread uses it.
 */
public final class CatchUp {
  private static final Duration FIRST_STAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_STAY = Duration.ofMinutes(2);
  private static final long SHORTEST_SPACING = 500_000_000L;
  private static final long LONGEST_SPACING = 8_000_000_000L;

  /** Whoever kept up for so long, and for longer than it stayed away, has not relapsed. */
  private static final long RECOVERED = 10_000_000_000L;

  /** Key frames come at a beat, which is not kept to the millisecond. */
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
   * @param bound whoever is further behind than this begins to leave pictures out
   */
  public CatchUp(Duration bound) {
    this.bound = bound.toNanos();
    this.fresh = this.bound / 2;
  }

  /**
   * Whether the next packet is to be left out; to be asked for each that would be decoded.
   *
   * @param key whether it can be decoded without those before
   * @param time of the packet in its stream, nanoseconds
   * @param lag for how long it waited to be read, nanoseconds
   * @param now {@link System#nanoTime}
   */
  public boolean leavesOut(boolean key, long time, long lag, long now) {
    // With so little to do, half of the bound tells that it is still too much.
    if (spacing == 0 ? lag > bound : drained && lag > fresh) {
      fallBehind(now);
    }
    drained |= lag <= fresh / 2;
    if (spacing == 0) {
      return false;
    }
    // A key frame that waited for long has a fresher one behind it.
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

  /** Whether pictures are left out now; those that are decoded depend on no other. */
  public boolean behind() {
    return spacing > 0;
  }
}
