package org.facestream.ingest.source.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link StreamClock}, {@link FrameSampler} and {@link CaptureClock}. */
class ClocksTest {
  private static final long MS = 1_000_000L;

  @Test
  void streamTimeFollowsGoodTimestamps() {
    StreamClock clock = new StreamClock(true);
    assertEquals(0, clock.at(500 * MS, 0, 0));
    assertEquals(40 * MS, clock.at(540 * MS, 9 * MS, 0));
    assertEquals(240 * MS, clock.at(740 * MS, 200 * MS, 0));
  }

  @Test
  void streamTimeGoesOnOverWrapsJumpsAndStepsBack() {
    StreamClock clock = new StreamClock(true);
    long wrap = (1L << 33) * 1_000_000_000L / 90_000;
    clock.at(wrap - 40 * MS, 0, 0);
    assertEquals(40 * MS, clock.at(wrap, 40 * MS, 0));
    assertEquals(80 * MS, clock.at(0, 80 * MS, 0), "the counter began again");
    assertEquals(120 * MS, clock.at(3_600_000 * MS, 120 * MS, 0), "an hour in no time");
    assertEquals(120 * MS, clock.at(3_599_990 * MS, 160 * MS, 0), "a little back");
    assertEquals(
        60_110 * MS, clock.at(3_659_990 * MS, 60_160 * MS, 0), "a minute that really went by");
  }

  @Test
  void timestampsThatSwapPlacesDoNotSpeedItUp() {
    StreamClock clock = new StreamClock(true);
    clock.at(0, 0, 0);
    long time = 0;
    for (int i = 1; i <= 1000; i++) {
      long before = time;
      // 60 ms on and 20 back, by turns.
      time = clock.at((i * 20 + i % 2 * 40) * MS, i * 20 * MS, 0);
      assertTrue(time >= before);
    }
    assertEquals(20_000 * MS, time, 40 * MS);
  }

  @Test
  void aCameraThatSetsItsClockBackALittleLosesNoTime() {
    StreamClock clock = new StreamClock(true);
    long time = 0;
    for (int i = 0; i < 100; i++) {
      time = clock.at((i * 40 - (i < 50 ? 0 : 500)) * MS, i * 40 * MS, 0);
    }
    assertEquals(99 * 40 * MS, time);
  }

  @Test
  void aShortFileGoesOnWhenItIsReadAgain() {
    StreamClock clock = new StreamClock(false);
    long time = 0;
    for (int i = 0; i < 30; i++) {
      if (i > 0 && i % 3 == 0) {
        clock.rewound();
      }
      time = clock.at(i % 3 * 40 * MS, 0, 0);
    }
    assertEquals(29 * 40 * MS, time);
  }

  @Test
  void aReplayHasTheTimesOfItsRecordingAlone() {
    ReplayClock clock = new ReplayClock(Instant.ofEpochMilli(1_000_000));
    assertEquals(1_000_000, clock.at(0).toEpochMilli());
    assertEquals(1_000_200, clock.at(200 * MS).toEpochMilli());
    assertEquals(1_000_201, clock.at(200 * MS).toEpochMilli(), "always later");
    assertEquals(8_200_000, clock.at(2 * 3_600_000 * MS).toEpochMilli(), "however far ahead");
  }

  @Test
  void missingTimestampsAreMadeUp() {
    StreamClock live = new StreamClock(true);
    live.at(StreamClock.NO_TIMESTAMP, 0, 0);
    assertEquals(55 * MS, live.at(StreamClock.NO_TIMESTAMP, 55 * MS, 0));
    StreamClock file = new StreamClock(false);
    file.at(StreamClock.NO_TIMESTAMP, 0, 0);
    assertEquals(40 * MS, file.at(StreamClock.NO_TIMESTAMP, 1, 0));
  }

  @ParameterizedTest
  @CsvSource({"25,5,50", "25,10,100", "30,5,50", "10,5,50", "12,5,50", "25,25,250", "5,25,50"})
  void theWantedRateComesOutWhateverTheSource(int sourceFps, double wanted, int expected) {
    FrameSampler sampler = new FrameSampler(wanted);
    long taken =
        LongStream.range(0, 10L * sourceFps)
            .filter(i -> sampler.take(i * 1_000_000_000L / sourceFps))
            .count();
    assertEquals(expected, taken, 1);
  }

  @Test
  void jitterDoesNotChangeTheRateAndAGapIsNotMadeUpFor() {
    FrameSampler sampler = new FrameSampler(5);
    Random jitter = new Random(7);
    int taken = 0;
    long time = 0;
    for (int i = 0; i < 500; i++) {
      time = Math.max(time, i * 40 * MS + jitter.nextInt(20) * MS);
      taken += sampler.take(time) ? 1 : 0;
    }
    assertEquals(100, taken, 2);
    int afterGap = 0;
    for (int i = 0; i < 25; i++) {
      afterGap += sampler.take(time + 60_000 * MS + i * 40 * MS) ? 1 : 0;
    }
    assertEquals(5, afterGap, 1);
  }

  @Test
  void aPictureThatWasHeldUpKeepsItsCaptureTime() {
    CaptureClock clock = new CaptureClock();
    long wall = 1_000_000;
    assertEquals(Instant.ofEpochMilli(wall), clock.at(0, 0, 0, wall));
    // Held up for three seconds, then a burst.
    Instant held = clock.at(200 * MS, 3200 * MS, 3200 * MS, wall + 3200);
    assertEquals(wall + 200, held.toEpochMilli(), 100);
    Instant next = clock.at(400 * MS, 3201 * MS, 0, wall + 3201);
    assertEquals(200, next.toEpochMilli() - held.toEpochMilli(), 2);
  }

  @Test
  void theFirstPictureBeingLateIsCorrectedByTheNext() {
    CaptureClock clock = new CaptureClock();
    clock.at(0, 1000 * MS, 0, 1_001_000);
    assertEquals(1_001_002, clock.at(1000 * MS, 1002 * MS, 2 * MS, 1_001_002).toEpochMilli());
  }

  @Test
  void aCameraThatCountsItsPicturesAndStoodStillIsFreshAgain() {
    CaptureClock clock = new CaptureClock();
    long still = 30_000;
    long age = 0;
    for (int i = 0; i < 400; i++) {
      long now = i * 100 + (i < 100 ? 0 : still);
      long waited = i == 100 ? still : 100;
      age = now - clock.at(i * 100 * MS, now * MS, waited * MS, now).toEpochMilli();
      assertTrue(i < 100 || i > 290 || age > 20_000, "not yet: " + age);
    }
    assertEquals(0, age, 20);
  }

  @Test
  void picturesThatAReaderIsTooSlowForStayLateForAsLongAsItTakes() {
    CaptureClock clock = new CaptureClock();
    clock.at(0, 0, 0, 0);
    for (int i = 1; i < 6000; i++) {
      // It came to be three seconds late, and now keeps step, for ten minutes, never waiting.
      long now = i * 100 + Math.min(3000, i * 30);
      long age = now - clock.at(i * 100 * MS, now * MS, 0, now).toEpochMilli();
      assertEquals(now - i * 100, age, "picture " + i);
    }
  }

  @Test
  void streamTimeFollowsAReaderThatLeavesMuchOutInNoTime() {
    StreamClock clock = new StreamClock(true);
    clock.at(0, 0, 0);
    assertEquals(60_000 * MS, clock.at(60_000 * MS, 10 * MS, 60_000 * MS));
  }

  @Test
  void captureTimesOnlyGoUpAndFollowAClockThatIsSet() {
    CaptureClock clock = new CaptureClock();
    long last = Long.MIN_VALUE;
    for (int i = 0; i < 100; i++) {
      long now = clock.at(i % 3 == 0 ? i * MS : 0, i * MS / 2, 0, 5_000_000 + i / 2).toEpochMilli();
      assertTrue(now > last);
      last = now;
    }
    clock.restart();
    assertTrue(clock.at(0, 50 * MS, 0, 5_000_050).toEpochMilli() > last);
    assertEquals(
        1_000_090,
        clock.at(40 * MS, 90 * MS, 40 * MS, 1_000_090).toEpochMilli(),
        1,
        "the clock was set back");
    assertEquals(9_000_130, clock.at(80 * MS, 130 * MS, 40 * MS, 9_000_130).toEpochMilli(), 1);
  }

  @Test
  void aClockThatIsSetWhileACameraIsAwayIsFollowed() {
    for (long set : new long[] {-4_000_000, -1_500, 4_000_000}) {
      CaptureClock clock = new CaptureClock();
      clock.at(0, 0, 0, 5_000_000);
      clock.at(40 * MS, 40 * MS, 40 * MS, 5_000_040);
      clock.restart();
      for (int i = 0; i < 100; i++) {
        long wall = 5_010_000 + set + i * 40;
        assertEquals(
            wall,
            clock.at(i * 40 * MS, (10_000 + i * 40) * MS, 40 * MS, wall).toEpochMilli(),
            "set by " + set + " ms, picture " + i);
      }
    }
  }
}
