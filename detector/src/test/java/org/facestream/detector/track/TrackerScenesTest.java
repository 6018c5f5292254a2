package org.facestream.detector.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.facestream.detector.track.Scene.Outcome;
import org.facestream.detector.track.Scene.Person;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Each scene is played {@value #TIMES} times with other errors of the detector. */
class TrackerScenesTest {
  private static final Logger log = LoggerFactory.getLogger(TrackerScenesTest.class);
  private static final int TIMES = 50;

  private final Tracker tracker = new Tracker(Scene.defaults());

  @Test
  void someoneWhoCrossesFastAtFiveFramesASecondIsOneTrack() {
    // Nine face sizes a second: boxes of one frame and the next are a face apart.
    Scene scene = new Scene(4, 5).with(Person.walking(0, 4, 0, 300, 540, 10, 60));
    assertEquals(new Outcome(50, 0, 0, 0, 0), play("one fast walker, 5 fps", scene));
  }

  @Test
  void peopleWhoPassEachOtherKeepTheirTracks() {
    for (double fps : new double[] {5, 10, 25}) {
      Scene scene =
          new Scene(6, fps)
              .with(Person.walking(0, 6, 100, 300, 180, 0, 60))
              .with(Person.walking(0, 6, 1180, 310, -180, 0, 75));
      Outcome outcome = play("two cross, the nearer hides the other, " + fps + " fps", scene);
      assertTrue(outcome.switches() <= 1, outcome::toString);
      assertTrue(outcome.fragments() <= 1, outcome::toString);
    }
  }

  @Test
  void fourPeopleCrossingAtOnce() {
    Scene scene =
        new Scene(8, 5)
            .with(Person.walking(0, 8, 100, 200, 140, 30, 50))
            .with(Person.walking(0, 8, 1180, 220, -140, 20, 60))
            .with(Person.walking(0, 8, 600, 100, 10, 70, 55))
            .with(Person.walking(0, 8, 640, 650, -10, -70, 65))
            .erring(0.05, 0);
    Outcome outcome = play("four cross, 5 % missed, 5 fps", scene);
    assertTrue(outcome.switches() <= 6, outcome::toString);
    assertTrue(outcome.fragments() <= 4, outcome::toString);
  }

  @Test
  void someoneHiddenForLessThanTheGapComesBackAsTheSame() {
    Scene scene = new Scene(6, 5).with(Person.walking(0, 6, 200, 300, 120, 0, 60).hidden(2, 3.2));
    Outcome outcome = play("hidden for 1.2 s while walking, 5 fps", scene);
    assertEquals(0, outcome.switches());
    assertTrue(outcome.fragments() <= 2, outcome::toString);
  }

  @Test
  void someoneHiddenForLongerThanTheGapIsANewTrack() {
    Scene scene = new Scene(8, 5).with(Person.walking(0, 8, 200, 300, 60, 0, 60).hidden(2, 4.5));
    assertEquals(new Outcome(50, 0, 50, 0, 0), play("hidden for 2.5 s, 5 fps", scene));
  }

  @Test
  void weakDetectionsCarryATrackOverHalfHiddenTimes() {
    Scene scene = new Scene(8, 5).with(Person.walking(0, 8, 200, 300, 60, 0, 60).weak(2, 5));
    assertEquals(new Outcome(50, 0, 0, 0, 0), play("weak for 3 s, 5 fps", scene));
  }

  @Test
  void whoEntersAsAnotherLeavesIsAnotherTrack() {
    Scene scene =
        new Scene(8, 5)
            .with(Person.walking(0, 4, 800, 300, 120, 0, 60))
            .with(Person.walking(4.4, 8, 0, 300, 120, 0, 60))
            .with(Person.walking(1, 8, 300, 600, 0, -70, 50));
    assertEquals(new Outcome(150, 0, 0, 0, 0), play("one leaves, one enters, 5 fps", scene));
  }

  @Test
  void framesThatAreLostOrUnevenDoNotMatter() {
    Scene scene =
        new Scene(8, 8)
            .with(Person.walking(0, 8, 100, 300, 130, 0, 50))
            .with(Person.walking(0, 8, 1180, 450, -130, 0, 60))
            .dropping(0.4, 0.8);
    Outcome outcome = play("40 % of frames lost, uneven times, 8 fps", scene);
    assertEquals(0, outcome.switches());
    assertTrue(outcome.fragments() <= 1, outcome::toString);
  }

  @Test
  void aCrowdInRowsWithAnErringDetector() {
    Scene scene = new Scene(10, 5).erring(0.1, 0.2);
    for (int i = 0; i < 12; i++) {
      scene.with(
          Person.walking(
              0.5 * i, 10, i % 2 == 0 ? 50 : 1230, 60 + 55 * i, i % 2 == 0 ? 110 : -110, 0, 45));
    }
    Outcome outcome = play("twelve in rows, 10 % missed, ghosts in 20 %", scene);
    assertTrue(outcome.switches() <= 3, outcome::toString);
    assertTrue(outcome.fragments() <= 18, outcome::toString);
    assertTrue(outcome.falseTracks() <= 15, outcome::toString);
    assertEquals(0, outcome.late());
  }

  @Test
  void someoneWhoStopsAndTurnsBack() {
    Scene scene =
        new Scene(6, 5)
            .with(
                new Person(
                    time ->
                        new double[] {
                          time < 3 ? 200 + 120 * time : 560 - 120 * (time - 3), 300, 60
                        }))
            .erring(0.05, 0);
    Outcome outcome = play("turns back at once, 2 sizes/s, 5 % missed, 5 fps", scene);
    assertTrue(outcome.fragments() <= 5, outcome::toString);
  }

  private Outcome play(String name, Scene scene) {
    Map<Long, Outcome> outcomes = new LinkedHashMap<>();
    IntStream.range(0, TIMES).forEach(i -> outcomes.put((long) i, scene.play(tracker, i)));
    Outcome sum =
        outcomes.values().stream()
            .reduce(
                new Outcome(0, 0, 0, 0, 0),
                (one, other) ->
                    new Outcome(
                        one.people() + other.people(),
                        one.switches() + other.switches(),
                        one.fragments() + other.fragments(),
                        one.falseTracks() + other.falseTracks(),
                        one.late() + other.late()));
    log.info(
        "| {} | {} | {} | {} | {} |",
        name,
        sum.people(),
        sum.switches(),
        sum.fragments(),
        sum.falseTracks());
    return sum;
  }
}
