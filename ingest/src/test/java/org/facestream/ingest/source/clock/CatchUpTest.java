package org.facestream.ingest.source.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@link PacketLag} and {@link CatchUp}: readers whose decoding takes any time, in computed time.
 */
class CatchUpTest {
  private static final long MS = 1_000_000L;
  private static final Duration BOUND = Duration.ofSeconds(1);

  /** A camera of ten pictures a second, each tenth of them a key frame, and its reader. */
  private static final class Reader {
    private final PacketLag lag = new PacketLag();
    private final CatchUp catchUp = new CatchUp(BOUND);
    private final List<Long> ages = new ArrayList<>();
    private final List<Boolean> keys = new ArrayList<>();
    private long now;
    private long number;
    private long held;
    private int changes;

    /** Reads so many pictures, of which each that is decoded takes so long. */
    void read(int pictures, long cost) {
      for (int i = 0; i < pictures; i++, number++) {
        long taken = number * 100 * MS;
        long begun = now;
        now = Math.max(now, taken + held);
        boolean key = number % 10 == 0;
        boolean before = catchUp.behind();
        long behind = lag.of(5_000 * MS + taken, now, now - begun);
        if (!catchUp.leavesOut(key, lag.time(), behind, now)) {
          ages.add((now - taken) / MS);
          keys.add(key);
          now += cost * MS;
        }
        changes += catchUp.behind() == before ? 0 : 1;
      }
    }

    void forget() {
      ages.clear();
      keys.clear();
      changes = 0;
    }
  }

  @Test
  void whoKeepsUpLeavesNothingOut() {
    Reader reader = new Reader();
    reader.read(3000, 70);
    assertEquals(3000, reader.ages.size());
    assertFalse(reader.catchUp.behind());
  }

  @Test
  void whoDoesNotDecodesFreshKeyFramesAndComesBackByItself() {
    Reader reader = new Reader();
    reader.read(20, 10);
    reader.read(600, 300);
    assertTrue(reader.ages.stream().allMatch(age -> age <= 1600), () -> "ages: " + reader.ages);
    reader.forget();
    // Ten minutes. It tries the whole stream again now and then, more and more rarely.
    reader.read(6000, 300);
    long fresh = reader.ages.stream().filter(age -> age <= 500).count();
    assertTrue(fresh >= 400, fresh + " fresh ones of " + reader.ages.size());
    assertTrue(reader.ages.size() - fresh < fresh / 4, fresh + " of " + reader.ages.size());
    assertTrue(reader.changes <= 2 * 12, "tried " + reader.changes);
    reader.read(1800, 10);
    assertFalse(reader.catchUp.behind(), "two minutes are the longest that it stays away");
    reader.forget();
    reader.read(300, 10);
    assertEquals(300, reader.ages.size());
  }

  @Test
  void whoWasHeldUpForAMomentIsSoonBack() {
    Reader reader = new Reader();
    reader.read(100, 70);
    reader.read(10, 300);
    reader.forget();
    reader.read(100, 70);
    assertFalse(reader.catchUp.behind());
    assertTrue(reader.ages.size() >= 60, "decoded " + reader.ages.size());
    reader.forget();
    // Much later it is no relapse.
    reader.read(300, 70);
    reader.read(10, 300);
    reader.forget();
    reader.read(100, 70);
    assertTrue(reader.ages.size() >= 60, "decoded " + reader.ages.size());
  }

  @Test
  void whoCannotEvenDecodeKeyFramesDecodesFewerAndThoseAreFresh() {
    Reader reader = new Reader();
    reader.read(20, 10);
    reader.read(600, 3000);
    reader.forget();
    reader.read(6000, 3000);
    long fresh = reader.ages.stream().filter(age -> age <= 500).count();
    // Three seconds each, in ten minutes.
    assertTrue(fresh >= 60, fresh + " fresh ones of " + reader.ages.size());
    assertTrue(reader.ages.size() - fresh < fresh / 2, fresh + " of " + reader.ages.size());
  }

  @Test
  void whatIsHeldUpOnItsWayIsNotLeftOut() {
    Reader reader = new Reader();
    reader.read(100, 10);
    reader.held = 3000 * MS;
    reader.read(1000, 10);
    assertEquals(1100, reader.ages.size(), "reading less would not make it fresher");
  }

  @Test
  void picturesOutOfTheirOrderAreNotLate() {
    PacketLag lag = new PacketLag();
    long now = 0;
    long[] order = {0, 3, 1, 2, 6, 4, 5, 9, 7, 8};
    for (int group = 0; group < 50; group++) {
      for (long number : order) {
        // A reader that never waits would be told of anything that seems late.
        now += 100 * MS;
        long behind = lag.of((group * 10 + number) * 100 * MS, now, 0);
        assertTrue(behind <= 300 * MS, "behind by " + behind);
      }
    }
    assertEquals(499 * 100 * MS, lag.time(), 100 * MS);
  }
}
