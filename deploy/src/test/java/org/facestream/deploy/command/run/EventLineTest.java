package org.facestream.deploy.command.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEventBuilder;
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
    return IdentityEventBuilder.builder()
        .eventId("t.1")
        .type(type)
        .schemaVersion(1)
        .camera("hall")
        .track("t")
        .revision(1)
        .firstSeen(seen.minusMillis(4_200))
        .lastSeen(seen)
        .zones(List.of(zones))
        .name(name)
        .watchlist(watchlist)
        .distance(distance)
        .faces(3)
        .quality(0.9)
        .score(0.99)
        .box(new Box(0, 0, 1, 1))
        .model("resnet34-128")
        .galleryVersion(1)
        .bestFace("f")
        .captureTime(seen)
        .build();
  }
}
