package org.facestream.detector.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.facestream.detector.face.Box;
import org.junit.jupiter.api.Test;

class BestShotRuleTest {
  private static final long START = 1_795_321_800_000L;

  @Test
  void aStandingPersonIsSentThreeTimesAtOnceAndThenNowAndAgain() {
    // Ten seconds at 10 frames a second of a quality that does not change.
    assertEquals(
        List.of(0, 200, 400, 3400, 6400, 9400), times(BestShotConfig.Choice.BEST, 100, any -> 0.7));
  }

  @Test
  void atFiveFramesASecondTheFirstThreeFramesAreSent() {
    assertEquals(
        List.of(0, 200, 400), times(BestShotConfig.Choice.BEST, 200, any -> 0.7).subList(0, 3));
  }

  @Test
  void aBetterLookIsSentAtOnce() {
    List<Integer> times = times(BestShotConfig.Choice.BEST, 100, time -> time < 2000 ? 0.6 : 0.64);
    assertTrue(times.contains(2000), times::toString);
    assertFalse(
        times(BestShotConfig.Choice.BEST, 100, time -> time < 2000 ? 0.6 : 0.62).contains(2000));
  }

  @Test
  void whateverComesTheBestSentIsWithinFivePerCentOfTheBestSeen() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      List<Double> seen = new ArrayList<>();
      Track track = track();
      BestShotRule rule = new BestShotRule(config(BestShotConfig.Choice.BEST));
      for (int time = 0; time < 10_000; time += 100) {
        float quality = random.nextFloat();
        seen.add((double) quality);
        if (rule.wants(track, quality, 0.99f, START + time, List.of())) {
          track = track.sent(quality, 0.99f, START + time, List.of());
        }
      }
      double best = seen.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
      assertTrue(track.sent().best() >= best / 1.05 - 1e-6, track::toString);
    }
  }

  @Test
  void allIsAll() {
    assertEquals(100, times(BestShotConfig.Choice.ALL, 100, any -> 0.7).size());
  }

  @Test
  void theFirstFaceInAZoneIsSentAndTheBorderDoesNotChatter() {
    BestShotRule rule = new BestShotRule(config(BestShotConfig.Choice.BEST));
    Track track = track();
    List<Integer> times = new ArrayList<>();
    for (int time = 0; time < 3_000; time += 100) {
      // Comes to the counter after a second, and from then on stands on its border.
      List<String> zones =
          time < 1_000 || time % 200 == 0 ? List.of("hall") : List.of("hall", "counter");
      if (rule.wants(track, 0.7f, 0.99f, START + time, zones)) {
        times.add(time);
        track = track.sent(0.7f, 0.99f, START + time, zones);
      }
    }
    assertEquals(List.of(0, 200, 400, 1_100), times);
    assertEquals(
        List.of("hall", "counter"),
        track.sent().zones().stream().map(Track.Sent.Entry::zone).toList());
  }

  /** A reader may take no notice of a face that is hardly one, and of where it was. */
  @Test
  void aZoneThatOnlyADoubtfulFaceToldOfIsToldOnceMoreByASurerOne() {
    BestShotRule rule = new BestShotRule(config(BestShotConfig.Choice.BEST));
    List<String> zones = List.of("counter");
    Track track = track();
    for (int time = 0; time < 600; time += 200) {
      track = track.sent(0.7f, 0.99f, START + time, List.of());
    }
    assertTrue(rule.wants(track, 0.7f, 0.72f, START + 600, zones));
    track = track.sent(0.7f, 0.72f, START + 600, zones);
    assertFalse(rule.wants(track, 0.7f, 0.8f, START + 800, zones));
    assertTrue(rule.wants(track, 0.7f, 0.99f, START + 1000, zones));
    track = track.sent(0.7f, 0.99f, START + 1000, zones);
    assertFalse(rule.wants(track, 0.7f, 1, START + 1200, zones));
  }

  @Test
  void zonesThatChangeForEverAreForgottenAtLast() {
    Track.Sent sent = Track.Sent.NOTHING;
    for (int i = 0; i < 40; i++) {
      sent = sent.and(0.7f, 0.8f, START, List.of("zone " + i));
    }
    assertEquals(32, sent.zones().size());
    assertFalse(sent.enters(List.of("zone 50"), 1));
    assertTrue(sent.enters(List.of("zone 31"), 1));
  }

  private static List<Integer> times(
      BestShotConfig.Choice choice, int interval, DoubleUnaryOperator quality) {
    BestShotRule rule = new BestShotRule(config(choice));
    Track track = track();
    List<Integer> times = new ArrayList<>();
    for (int time = 0; time < 10_000; time += interval) {
      float now = (float) quality.applyAsDouble(time);
      if (rule.wants(track, now, 0.99f, START + time, List.of())) {
        times.add(time);
        track = track.sent(now, 0.99f, START + time, List.of());
      }
    }
    return times;
  }

  private static Track track() {
    return new Track(
        "gate-0-0-0", Motion.begin(new Box(0, 0, 50, 50)), START, 2, 0, true, Track.Sent.NOTHING);
  }

  private static BestShotConfig config(BestShotConfig.Choice choice) {
    return new BestShotConfig() {
      @Override
      public Choice publish() {
        return choice;
      }

      @Override
      public int first() {
        return 3;
      }

      @Override
      public Duration firstInterval() {
        return Duration.ofMillis(150);
      }

      @Override
      public float betterBy() {
        return 0.05f;
      }

      @Override
      public Duration every() {
        return Duration.ofSeconds(3);
      }
    };
  }
}
