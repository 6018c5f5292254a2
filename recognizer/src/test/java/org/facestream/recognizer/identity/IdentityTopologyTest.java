package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

class IdentityTopologyTest extends IdentityTopologyCase {
  @Test
  void aConvincingFaceIsNamedAtOnce() {
    IdentityEvent started = face("t", 0, .8, "ada", .3, "bob", .8).get(0);
    assertEquals(IdentityEvent.Type.started, started.type());
    assertEquals("t.1", started.eventId());
    assertEquals("ada", started.personId());
    assertEquals("ADA", started.name());
    assertEquals(.3, started.distance());
    assertEquals(.5, started.margin());
    assertEquals(1, started.faces());
    assertEquals(.8, started.quality());
    assertEquals("t@0", started.bestFace());
    assertEquals(1, started.galleryVersion());
    assertEquals(List.of(), face("t", 200, .7, "ada", .31, "bob", .8));
  }

  @Test
  void lessConvincingFacesAreNamedTogether() {
    assertEquals("", summary(face("t", 0, .7, "ada", .5, "bob", .8)));
    assertEquals("", summary(face("t", 200, .7, "ada", .54, "bob", .8)));
    List<IdentityEvent> third = face("t", 400, .9, "ada", .49, "bob", .81);
    assertEquals("started ADA", summary(third));
    assertEquals(3, third.get(0).faces());
    assertEquals(.49, third.get(0).distance());
    assertEquals("t@400", third.get(0).bestFace());
    assertEquals(START, third.get(0).firstSeen());
  }

  @Test
  void facesAtTheThresholdNameNobody() {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      said.append(summary(face("t", i * 200L, .7, "ada", i % 2 == 0 ? .57 : .63, "bob", .9)));
    }
    assertEquals("started unknown", said.toString());
  }

  @Test
  void twoPersonsAsNearNameNobody() {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      said.append(summary(face("t", i * 200L, .9, "ada", .4, "twin", .43)));
    }
    assertEquals("started unknown", said.toString());
  }

  @Test
  void aFaceFarFromEveryoneIsUnknownAtOnce() {
    List<IdentityEvent> events = face("t", 0, .8, "ada", .9, "bob", 1.0);
    assertEquals("started unknown", summary(events));
    assertNull(events.get(0).personId());
    assertEquals(.9, events.get(0).distance());
    assertEquals(.1, events.get(0).margin());
  }

  @Test
  void anEmptyGalleryKnowsNobody() {
    List<IdentityEvent> events = face("t", 0, .2);
    assertEquals("started unknown", summary(events));
    assertNull(events.get(0).distance());
    assertNull(events.get(0).margin());
  }

  @Test
  void aBadFirstFaceWaitsForABetterOne() {
    assertEquals("", summary(face("t", 0, .1, "ada", .8, "bob", .9)));
    assertEquals("started ADA", summary(face("t", 200, .8, "ada", .35, "bob", .9)));
  }

  @Test
  void unknownBecomesNamedWhenTheDecisionImproves() {
    face("t", 0, .8, "ada", .9, "bob", 1.0);
    List<IdentityEvent> updated = face("t", 3000, .8, "ada", .3, "bob", .9);
    assertEquals("updated ADA", summary(updated));
    assertEquals("t.2", updated.get(0).eventId());
  }

  @Test
  void aNameIsNotTakenBackForOneBadFrame() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    assertEquals("", summary(face("t", 200, .9, "bob", .5, "ada", .7)));
    assertEquals("", summary(face("t", 400, .3, "bob", .7, "ada", .9)));
    assertEquals("", summary(face("t", 600, .8, "ada", .33, "bob", .8)));
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
  }

  @Test
  void strongEvidenceForAnotherChangesTheName() {
    face("t", 0, .5, "ada", .44, "bob", .8);
    StringBuilder said = new StringBuilder();
    for (int i = 1; i < 20; i++) {
      said.append(summary(face("t", i * 200L, .9, "bob", .3, "ada", .9)));
    }
    assertEquals("updated BOB", said.toString());
    assertEquals("ended BOB", summary(pass(TIMEOUT)));
  }

  @Test
  void aClearlyBetterDistanceIsTold() {
    face("t", 0, .8, "ada", .4, "bob", .8);
    assertEquals("", summary(face("t", 200, .8, "ada", .36, "bob", .8)));
    List<IdentityEvent> updated = face("t", 400, .8, "ada", .3, "bob", .8);
    assertEquals("updated ADA", summary(updated));
    assertEquals(.3, updated.get(0).distance());
  }

  @Test
  void silenceEndsATrackThoughItsCameraDied() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    face("t", 500, .8, "ada", .32, "bob", .8);
    assertEquals("", summary(pass(TIMEOUT.minusMillis(400))));
    List<IdentityEvent> ended = pass(Duration.ofMillis(600));
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.2", ended.get(0).eventId());
    assertEquals(START.plusMillis(500), ended.get(0).lastSeen());
    assertEquals(START.plusMillis(500), ended.get(0).captureTime());
    assertEquals(2, ended.get(0).faces());
    assertEquals("", summary(pass(Duration.ofMinutes(5))));
  }

  @Test
  void aTrackEndsWhenItsCameraGoesOnWithoutIt() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    face("u", 2900, .8, "bob", .3, "ada", .8);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    send(match("gate", "w", 9000, .8, "bob", .3, "ada", .8));
    face("u", 3100, .8, "bob", .3, "ada", .8);
    assertEquals("ended ADA", summary(pass(Duration.ofMillis(300))));
  }

  @Test
  void aTrackTooShortToDecideIsStartedAndEnded() {
    face("t", 0, .7, "ada", .55, "bob", .9);
    List<IdentityEvent> events = pass(TIMEOUT);
    assertEquals("started unknown, ended unknown", summary(events));
    assertEquals("t.1", events.get(0).eventId());
    assertEquals("t.2", events.get(1).eventId());
  }

  @Test
  void lateFacesOfAnEndedTrackAreDroppedAndCounted() {
    face("t", 1000, .8, "ada", .3, "bob", .8);
    pass(TIMEOUT);
    assertEquals("", summary(face("t", 800, .8, "ada", .2, "bob", .8)));
    assertEquals("", summary(pass(TIMEOUT)));
    assertTrue(
        telemetry
            .scrape()
            .contains(
                "facestream_dropped_total{camera=\"door\",reason=\"late\",stage=\"identity\"} 1.0"));
  }

  @Test
  void facesOutOfOrderCountWhileTheTrackLives() {
    face("t", 1000, .8, "ada", .3, "bob", .8);
    face("t", 200, .9, "ada", .31, "bob", .8);
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertEquals(START.plusMillis(200), ended.firstSeen());
    assertEquals(START.plusMillis(1000), ended.lastSeen());
    assertEquals(2, ended.faces());
    assertEquals("t@200", ended.bestFace());
  }

  @Test
  void aTrackThatGoesOnAfterItsEndIsReopened() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    pass(TIMEOUT);
    List<IdentityEvent> again = face("t", 8000, .8, "ada", .33, "bob", .8);
    assertEquals("updated ADA", summary(again));
    assertEquals("t.3", again.get(0).eventId());
    assertEquals(START, again.get(0).firstSeen());
    List<IdentityEvent> ended = pass(TIMEOUT);
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.4", ended.get(0).eventId());
  }

  @Test
  void aFaceThatIsDeliveredTwiceVotesOnce() {
    face("t", 0, .7, "ada", .5, "bob", .8);
    Match second = match("door", "t", 200, .7, "ada", .54, "bob", .8);
    for (int i = 0; i < 5; i++) {
      assertEquals("", summary(send(second)));
    }
    // Not only the last: whoever delivers again begins a little earlier.
    face("t", 0, .7, "ada", .5, "bob", .8);
    List<IdentityEvent> third = face("t", 400, .9, "ada", .49, "bob", .81);
    assertEquals("started ADA", summary(third));
    assertEquals(3, third.get(0).faces());
    assertTrue(
        telemetry
            .scrape()
            .contains(
                "facestream_dropped_total{camera=\"door\",reason=\"duplicate\",stage=\"identity\"} 5.0"));
  }

  @Test
  void camerasDoNotDisturbOneAnotherThoughTheirTracksHaveOneName() {
    send(match("door", "t", 0, .7, "ada", .5, "bob", .8));
    send(match("gate", "t", 100_000, .7, "bob", .5, "ada", .8));
    send(match("door", "t", 200, .7, "ada", .54, "bob", .8));
    // The gate's clock is far ahead of the door's: that ends nothing at the door.
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertEquals("started ADA", summary(send(match("door", "t", 400, .9, "ada", .5, "bob", .8))));
    send(match("gate", "t", 100_200, .7, "bob", .54, "ada", .8));
    List<IdentityEvent> gate = send(match("gate", "t", 100_400, .9, "bob", .5, "ada", .8));
    assertEquals("started BOB", summary(gate));
    assertEquals(3, gate.get(0).faces());
    assertEquals("gate", gate.get(0).camera());
    assertEquals("ended ADA, ended BOB", sorted(pass(TIMEOUT)));
  }

  private static String sorted(List<IdentityEvent> events) {
    return events.stream()
        .map(event -> event.type() + " " + event.name())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  @Test
  void aRestartGoesOnWhereItStopped() {
    face("t", 0, .7, "ada", .53, "bob", .8);
    face("t", 150, .7, "ada", .53, "bob", .8);
    Map<String, byte[]> kept = kept();
    assertEquals(1, kept.size());
    driver.close();
    // A minute later; what the changelog held is there before the processor reads the store.
    start(START.plusSeconds(60), kept);
    assertEquals("", summary(pass(TIMEOUT.minusMillis(500))));
    List<IdentityEvent> events = face("t", 300, .7, "ada", .5, "bob", .8);
    assertEquals("started ADA", summary(events));
    assertEquals(3, events.get(0).faces());
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
  }

  @Test
  void aTrackWhoseCameraDiedDuringARestartEndsAllTheSame() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusSeconds(60), kept);
    List<IdentityEvent> ended = pass(TIMEOUT.plusMillis(500));
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.2", ended.get(0).eventId());
    assertEquals(START, ended.get(0).lastSeen());
  }

  @Test
  void aMatchThatCannotBeReadGoesToTheDeadLetters() {
    matches.pipeInput("door", new byte[] {'{'}, START);
    matches.pipeInput("door", null, START);
    face("t", 0, .8, "ada", .3, "bob", .8);
    List<TestRecord<String, byte[]>> rejected = deadLetters.readRecordsToList();
    assertEquals(2, rejected.size());
    assertEquals("bad-json", new String(rejected.get(0).headers().lastHeader("reason").value()));
    assertEquals("identity", new String(rejected.get(0).headers().lastHeader("stage").value()));
    assertEquals("matches-0@0", new String(rejected.get(0).headers().lastHeader("origin").value()));
    assertEquals("empty-value", new String(rejected.get(1).headers().lastHeader("reason").value()));
  }

  /**
   * Many tracks, random faces: revisions without gaps, one end each, names only from candidates.
   */
  @Test
  void everyTrackOfManyHasASoundHistory() {
    Random random = new Random(1);
    Map<String, List<IdentityEvent>> histories = new LinkedHashMap<>();
    for (int step = 0; step < 600; step++) {
      int track = step / 20 + random.nextInt(4);
      double distance = .25 + random.nextDouble() * .6;
      String person = random.nextInt(4) == 0 ? "bob" : "ada";
      List<IdentityEvent> events =
          send(
              match(
                  "cam" + track % 3,
                  "t" + track,
                  step * 100L,
                  random.nextDouble(),
                  person,
                  distance,
                  person.equals("ada") ? "bob" : "ada",
                  distance + random.nextDouble() * .3));
      collect(histories, events);
      collect(histories, pass(Duration.ofMillis(100)));
    }
    collect(histories, pass(TIMEOUT.plusSeconds(1)));
    assertTrue(histories.size() > 25);
    histories.forEach(
        (track, events) -> {
          for (int i = 0; i < events.size(); i++) {
            assertEquals(i + 1, events.get(i).revision());
            assertEquals(i == 0, events.get(i).type() == IdentityEvent.Type.started);
          }
          assertEquals(IdentityEvent.Type.ended, events.get(events.size() - 1).type(), track);
        });
  }

  private static void collect(
      Map<String, List<IdentityEvent>> histories, List<IdentityEvent> events) {
    for (IdentityEvent event : events) {
      histories.computeIfAbsent(event.track(), track -> new ArrayList<>()).add(event);
    }
  }
}
