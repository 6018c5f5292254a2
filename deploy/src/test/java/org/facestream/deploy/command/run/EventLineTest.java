package org.facestream.deploy.command.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.Test;

class EventLineTest {
  private final EventLine lines = new EventLine(ZoneOffset.UTC);

  @Test
  void saysWhoCame() {
    assertEquals(
        "12:03:41  hall          Ada               came                (distance 0.41, 3 faces)",
        lines.of(event(IdentityEvent.Type.started, "Ada", 0.41)));
  }

  @Test
  void saysHowLongSomebodyStayed() {
    assertEquals(
        "12:03:41  hall          unknown           left after 4.2 s    (3 faces)",
        lines.of(event(IdentityEvent.Type.ended, "unknown", null)));
  }

  @Test
  void saysWhichWatchlistSomebodyIsOn() {
    assertTrue(
        lines
            .of(event(IdentityEvent.Type.started, "Ada", "wanted", 0.41))
            .contains("  Ada (wanted)      came  "));
  }

  @Test
  void saysInWhichZonesSomebodyHasBeen() {
    assertTrue(
        lines
            .of(event(IdentityEvent.Type.updated, "Ada", null, 0.41, "entrance", "counter"))
            .endsWith("  (in entrance and counter, distance 0.41, 3 faces)"));
  }

  @Test
  void aNameDoesNotSteerTheTerminal() {
    assertFalse(
        lines.of(event(IdentityEvent.Type.started, "Ada", null, 0.1, "\033[2J")).contains("\033"));
    assertFalse(lines.of(event(IdentityEvent.Type.started, "A\033[2Jda\n", 0.1)).contains("\033"));
  }

  private static IdentityEvent event(IdentityEvent.Type type, String name, Double distance) {
    return event(type, name, null, distance);
  }

  private static IdentityEvent event(
      IdentityEvent.Type type, String name, String watchlist, Double distance, String... zones) {
    Instant seen = Instant.parse("2026-11-22T12:03:41.500Z");
    return new IdentityEvent(
        "t.1",
        type,
        1,
        "hall",
        "t",
        1,
        seen.minusMillis(4_200),
        seen,
        List.of(zones),
        null,
        name,
        watchlist,
        distance,
        null,
        3,
        0.9,
        0.99,
        new Box(0, 0, 1, 1),
        "resnet34-128",
        1,
        null,
        "f",
        seen);
  }
}
