package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A track's faces come when it has ended long ago: no event's id comes twice. */
class IdentityMemoryTest extends IdentityTopologyCase {
  private static final Duration MEMORY = MAX_AGE.plus(TIMEOUT);

  @Test
  void aTrackThatGoesOnLongAfterItsEndTellsItWithTheNextRevision() {
    assertEquals("started unknown", summary(face("t", 0, .8, "ada", .9, "bob", 1.0)));
    assertEquals("ended unknown", summary(pass(TIMEOUT)));
    assertEquals("", summary(pass(MAX_AGE)));
    List<IdentityEvent> updated = face("t", 400, .8, "ada", .3, "bob", .9);
    assertEquals("updated ADA", summary(updated));
    assertEquals("t.3", updated.get(0).eventId());
    assertEquals(START, updated.get(0).firstSeen());
    List<IdentityEvent> ended = pass(TIMEOUT);
    assertEquals("ended ADA", summary(ended));
    assertEquals("t.4", ended.get(0).eventId());
  }

  @Test
  void aTrackThatIsDeliveredAgainAfterItsEndIsLate() {
    deliver("t", .3);
    pass(TIMEOUT);
    pass(MAX_AGE);
    assertEquals("", deliver("t", .9));
    assertEquals("", summary(pass(TIMEOUT)));
    assertEquals(2, late());
  }

  @Test
  void soItIsAfterARestart() {
    deliver("t", .3);
    pass(TIMEOUT);
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plus(MAX_AGE), kept);
    assertEquals("", summary(pass(MEMORY)));
    assertEquals("", deliver("t", .9));
    assertEquals(2, late());
  }

  @Test
  void aTrackIsForgottenWhenNoFaceOfItCanComeAndIsLateFromThenOn() {
    deliver("t", .3);
    pass(TIMEOUT);
    pass(MEMORY);
    // Its camera showed nobody since: faces of before may still be waiting.
    assertTrue(remembered().contains("\"track\":\"t\""));
    face("u", MEMORY.toMillis() + 300, .8, "bob", .3, "ada", .9);
    pass(Duration.ofMillis(300));
    assertFalse(remembered().contains("\"track\":\"t\""));
    assertEquals("", deliver("t", .9));
    assertEquals(2, late());
    // A track that nobody has seen may be as old, as long as its camera has come no further.
    assertEquals("started ADA", summary(send(match("gate", "v", 0, .8, "ada", .3, "bob", .9))));
  }

  @Test
  void theLastTrackOfACameraIsForgottenWhenItsMatchesHaveLeftKafka() {
    deliver("t", .3);
    pass(TIMEOUT);
    pass(MatchTopic.RETENTION);
    assertEquals(1, kept().size());
    pass(MEMORY.plusSeconds(1));
    assertEquals(0, kept().size());
  }

  @Test
  void ofAnEndedTrackOnlyThePersonIsRemembered() {
    for (int i = 0; i < 27; i++) {
      face("t", i * 100L, .8, i < 7 ? "person" + i : "ada", .3, "nobody", .9);
    }
    assertEquals(8, persons());
    pass(TIMEOUT);
    assertEquals(1, persons());
    assertTrue(remembered().contains("\"personid\":\"ada\""));
    assertTrue(remembered().length() < 2000, this::remembered);
  }

  /** Of how many there is evidence. */
  private int persons() {
    return remembered().split("\"sum\":", -1).length - 1;
  }

  private String deliver(String track, double distance) {
    return summary(face(track, 0, .8, "ada", distance, "bob", 1.0))
        + summary(face(track, 200, .8, "ada", distance, "bob", 1.0));
  }

  private int late() {
    return (int) telemetry.dropped("identity", "door", "late").count();
  }
}
