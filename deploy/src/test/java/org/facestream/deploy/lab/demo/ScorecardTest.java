package org.facestream.deploy.lab.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.simulation.Sighting;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.facestream.recognizer.identity.IdentityEventBuilder;
import org.junit.jupiter.api.Test;

class ScorecardTest {
  private static final Instant BEGIN = Instant.parse("2026-11-22T06:00:00Z");
  private static final Instant END = BEGIN.plusSeconds(60);

  private final Scorecard scorecard = new Scorecard(Map.of("ann", "Ann Ash", "bob", "Bob Box"));

  @Test
  void countsTheRightNameOnce() {
    List<Sighting> truth = List.of(sighting("gate", "ann", 10, 20));
    add("gate", "t1", 1, Type.started, null, 11, 11, 0.1);
    add("gate", "t1", 2, Type.updated, "ann", 11, 13, 0.3);
    add("gate", "t1", 2, Type.updated, "ann", 11, 13, 9.9);
    add("gate", "t1", 3, Type.ended, "ann", 11, 19, 5);
    add("gate", "t2", 1, Type.started, "ann", 20, 20.5, 0.2);
    Score score = scorecard.score(truth, BEGIN, END);
    Score.OfCamera gate = score.cameras().get(0);
    assertEquals(1, gate.shown());
    assertEquals(1, gate.correct());
    assertEquals(0, gate.missed());
    assertEquals(0, gate.wrong());
    assertEquals(3, gate.events(), "an event twice is one, and ends have no latency");
    assertEquals(200, gate.p50(), 0.001);
    assertEquals(300, gate.p99(), 0.001);
    assertTrue(score.passed());
  }

  @Test
  void aNameOfSomeoneWhoIsNotThereIsWrongEvenWhenRevised() {
    List<Sighting> truth =
        List.of(sighting("gate", "ann", 10, 20), sighting("door", "bob", 10, 20));
    add("gate", "t1", 1, Type.started, "bob", 11, 11, 0.1);
    add("gate", "t1", 2, Type.updated, "ann", 11, 13, 0.1);
    add("door", "t2", 1, Type.started, "bob", 11, 13, 0.1);
    Score score = scorecard.score(truth, BEGIN, END);
    assertEquals(List.of("bob"), score.mistakes().stream().map(Score.Mistake::named).toList());
    assertEquals(2, score.all().correct());
    assertEquals(1, score.all().wrong());
    assertFalse(score.passed());
    assertTrue(score.text().contains("wrong: bob on gate"), score::text);
  }

  @Test
  void theRightNameAtTheWrongTimeIsWrong() {
    List<Sighting> truth = List.of(sighting("gate", "ann", 10, 20));
    add("gate", "t1", 1, Type.started, "ann", 30, 31, 0.1);
    Score score = scorecard.score(truth, BEGIN, END);
    assertEquals(1, score.all().wrong());
    assertEquals(1, score.all().missed());
    assertEquals(1, score.all().strays());
    assertEquals(0, score.all().correct());
    assertTrue(score.text().contains("missed: ann on gate, 1 of 1 times"), score::text);
  }

  @Test
  void strangersShouldStayUnknown() {
    List<Sighting> truth =
        List.of(
            sighting("gate", "ann", 10, 20),
            sighting("gate", "stranger", 12, 24),
            sighting("gate", "another", 30, 40));
    add("gate", "t1", 1, Type.started, "ann", 10, 20, 0.1);
    add("gate", "t2", 1, Type.started, null, 12, 24, 0.1);
    Score.OfCamera all = scorecard.score(truth, BEGIN, END).all();
    assertEquals(3, all.people());
    assertEquals(1, all.shown());
    assertEquals(2, all.strangers());
    assertEquals(1, all.stayedUnknown());
    assertEquals(0, all.wrong());
  }

  @Test
  void aStrangerWithANameIsNotUnknown() {
    List<Sighting> truth = List.of(sighting("gate", "stranger", 12, 24));
    add("gate", "t1", 1, Type.started, "ann", 12, 13, 0.1);
    add("gate", "t1", 2, Type.updated, null, 12, 24, 0.1);
    Score.OfCamera all = scorecard.score(truth, BEGIN, END).all();
    assertEquals(0, all.stayedUnknown());
    assertEquals(1, all.strangers());
    assertEquals(1, all.wrong());
  }

  @Test
  void whatTheRunCutsOffIsNotMissed() {
    List<Sighting> truth =
        List.of(
            sighting("gate", "ann", -5, 3),
            sighting("gate", "bob", 55, 59),
            sighting("gate", "ann", 50, 70),
            sighting("gate", "bob", 20, 30));
    add("gate", "t1", 1, Type.started, "ann", 51, 53, 0.1);
    Score score = scorecard.score(truth, BEGIN, END);
    assertEquals(1, score.all().correct(), "a success counts, though cut off");
    assertEquals(1, score.all().missed());
    assertFalse(score.passed());
  }

  @Test
  void everyoneMustBeFoundOnEachCamera() {
    add("gate", "t1", 1, Type.started, "ann", 11, 12, 0.1);
    List<Sighting> again =
        List.of(sighting("gate", "ann", 10, 20), sighting("gate", "ann", 30, 40));
    assertTrue(scorecard.score(again, BEGIN, END).passed(), "once on a camera is enough");
    List<Sighting> elsewhere =
        List.of(sighting("gate", "ann", 10, 20), sighting("door", "ann", 30, 40));
    assertFalse(scorecard.score(elsewhere, BEGIN, END).passed());
  }

  @Test
  void knowsPeopleByTheirNameToo() {
    scorecard.add(event("gate", "t1", 1, Type.started, "0815", "Ann Ash", 11, 12), at(12.5));
    Score score = scorecard.score(List.of(sighting("gate", "ann", 10, 20)), BEGIN, END);
    assertEquals(1, score.all().correct());
    assertEquals(0, score.all().wrong());
  }

  @Test
  void whoeverIsEnrolledMeanwhileIsToldApart() throws Exception {
    List<Sighting> truth =
        List.of(
            sighting("gate", "ann", 10, 20),
            sighting("gate", "stranger", 30, 40),
            sighting("gate", "stranger", 44, 50));
    add("gate", "t1", 1, Type.started, "ann", 10, 12, 0.1);
    add("gate", "t2", 1, Type.started, null, 30, 31, 0.1);
    // Whoever watches took the stranger's face from the first event, and called it Eve.
    add("gate", "t2", 2, Type.updated, "eve", 30, 33, 0.1);
    add("gate", "t3", 1, Type.started, "eve", 44, 46, 0.1);
    Score score = scorecard.score(truth, BEGIN, END);
    assertTrue(score.passed());
    assertEquals(0, score.all().wrong());
    assertEquals(0, score.all().strangers(), "a stranger with a name of the user's is not judged");
    assertEquals(List.of(new Score.Guest("name of eve", 2)), score.guests());
    assertFalse(score.text().contains("missed:"), score::text);
    assertFalse(score.text().contains("wrong:"), score::text);
    assertTrue(score.text().contains("not judged: name of eve, named in 2 tracks"), score::text);
    assertEquals(
        2, new ObjectMapper().readTree(score.json()).get("guests").get(0).get("tracks").asInt());
  }

  @Test
  void whoeverIsForgottenMeanwhileIsNotMissed() {
    List<Sighting> truth = List.of(sighting("gate", "ann", 10, 20));
    add("gate", "t1", 1, Type.started, null, 10, 12, 0.1);
    assertFalse(scorecard.score(truth, BEGIN, END).passed());
    scorecard.withdraw("ann");
    assertTrue(scorecard.score(truth, BEGIN, END).passed());
  }

  @Test
  void writesJsonAndATable() throws Exception {
    add("gate", "t1", 1, Type.started, "bob", 11, 12, 0.1);
    Score score = scorecard.score(List.of(sighting("gate", "ann", 10, 20)), BEGIN, END);
    JsonNode json = new ObjectMapper().readTree(score.json());
    assertFalse(json.get("passed").asBoolean());
    assertEquals("2026-11-22T06:00:00Z", json.get("begin").asText());
    assertEquals(1, json.get("cameras").get(0).get("missed").asInt());
    assertEquals("bob", json.get("mistakes").get(0).get("named").asText());
    assertEquals(6, score.text().lines().count());
    Score empty = new Scorecard(Map.of()).score(List.of(), BEGIN, END);
    assertNull(empty.all().p50());
    assertTrue(empty.text().contains("-"));
  }

  private static Instant at(double seconds) {
    return BEGIN.plusMillis((long) (seconds * 1000));
  }

  private static Sighting sighting(String camera, String person, double from, double to) {
    return new Sighting(camera, person, at(from), at(to));
  }

  private void add(
      String camera,
      String track,
      int revision,
      Type type,
      String person,
      double first,
      double last,
      double latency) {
    String name = person == null ? IdentityEvent.UNKNOWN : "name of " + person;
    scorecard.add(
        event(camera, track, revision, type, person, name, first, last), at(last + latency));
  }

  private static IdentityEvent event(
      String camera,
      String track,
      int revision,
      Type type,
      String person,
      String name,
      double first,
      double last) {
    return IdentityEventBuilder.builder()
        .eventId(track + "." + revision)
        .type(type)
        .schemaVersion(IdentityEvent.SCHEMA_VERSION)
        .camera(camera)
        .track(track)
        .revision(revision)
        .firstSeen(at(first))
        .lastSeen(at(last))
        .personId(person)
        .name(name)
        .distance(0.3)
        .margin(0.4)
        .faces(revision)
        .quality(0.8)
        .score(0.99)
        .box(new Box(0, 0, 50, 60))
        .model("model")
        .galleryVersion(1)
        .bestFace("face")
        .captureTime(at(last))
        .build();
  }
}
