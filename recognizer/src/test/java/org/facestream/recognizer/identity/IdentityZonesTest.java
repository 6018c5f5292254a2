package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** In which zones of its camera a track has been. */
class IdentityZonesTest extends IdentityTopologyCase {
  /** Ada's face, so good that it starts her track. */
  private List<IdentityEvent> ada(long millis, String... zones) {
    return send(in(match("door", "t", millis, .8, "ada", .3, "bob", .8), zones));
  }

  /** Somebody's face that is not enough to speak. */
  private List<IdentityEvent> somebody(long millis, String... zones) {
    return send(in(match("door", "t", millis, .7, "ada", .54, "bob", .8), zones));
  }

  private static Match in(Match face, String... zones) {
    return face.withZones(List.of(zones));
  }

  @Test
  void theFirstEntryIntoEachZoneIsTold() {
    assertEquals(List.of("entrance"), ada(0, "entrance").get(0).zones());
    assertEquals("", summary(ada(200, "entrance")));
    assertEquals("", summary(ada(400)));
    IdentityEvent counter = only(ada(600, "entrance", "counter"));
    assertEquals(IdentityEvent.Type.updated, counter.type());
    assertEquals("t.2", counter.eventId());
    assertEquals(List.of("entrance", "counter"), counter.zones());
    assertEquals(START.plusMillis(600), counter.captureTime());
    assertEquals("ada", counter.personId());
    // To and fro over the border.
    for (int i = 0; i < 20; i++) {
      assertEquals("", summary(ada(800 + 200 * i, i % 2 == 0 ? "entrance" : "counter")));
    }
    IdentityEvent ended = only(pass(TIMEOUT));
    assertEquals(IdentityEvent.Type.ended, ended.type());
    assertEquals(List.of("entrance", "counter"), ended.zones());
  }

  @Test
  void whoIsNotYetStartedTellsItsZonesByTheStart() {
    assertEquals("", summary(somebody(0, "counter")));
    assertEquals("", summary(somebody(200, "entrance")));
    IdentityEvent started = only(ada(400));
    assertEquals(IdentityEvent.Type.started, started.type());
    assertEquals(List.of("counter", "entrance"), started.zones());
  }

  @Test
  void aTrackTooShortToDecideTellsThemToo() {
    assertEquals("", summary(somebody(0, "counter")));
    List<IdentityEvent> events = pass(TIMEOUT);
    assertEquals("started unknown, ended unknown", summary(events));
    events.forEach(event -> assertEquals(List.of("counter"), event.zones()));
  }

  @Test
  void anUnknownPersonsZonesAreTold() {
    Match far = match("door", "t", 0, .8, "ada", .9, "bob", 1.0);
    assertEquals(List.of(), only(send(far)).zones());
    Match there = in(match("door", "t", 200, .8, "ada", .9, "bob", 1.0), "counter");
    IdentityEvent updated = only(send(there));
    assertEquals(IdentityEvent.UNKNOWN, updated.name());
    assertEquals(List.of("counter"), updated.zones());
  }

  /** Zones that are drawn anew for ever do not make a state, and events, without end. */
  @Test
  void aTrackTellsABoundedNumber() {
    int told = 0;
    for (int i = 0; i < 50; i++) {
      told += ada(200L * i, "zone " + i).size();
    }
    assertEquals(32, told);
    List<String> zones = only(pass(TIMEOUT)).zones();
    assertEquals(32, zones.size());
    assertEquals("zone 0", zones.get(0));
    assertEquals("zone 31", zones.get(31));
  }

  @Test
  void whoIsForgottenHasStillBeenThere() {
    ada(0, "counter");
    replica.forget("ada", version + 1);
    IdentityEvent updated = only(pass(Duration.ofMillis(500)));
    assertEquals(IdentityEvent.UNKNOWN, updated.name());
    assertEquals(List.of("counter"), updated.zones());
  }

  @Test
  void aRestartTellsNoZoneTwice() {
    ada(0, "entrance");
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusMillis(200), kept);
    assertEquals("", summary(ada(200, "entrance")));
    assertEquals(List.of("entrance", "counter"), only(ada(400, "counter")).zones());
  }

  /** What a recognizer of before there were zones left behind: its state, and its matches. */
  @Test
  void aTrackOfAnOlderVersionGoesOn() {
    ada(0);
    Map<String, byte[]> older = new LinkedHashMap<>();
    kept()
        .forEach(
            (key, state) -> {
              String text = new String(state, UTF_8);
              assertTrue(text.contains("\"zones\":[]"), text);
              older.put(key, text.replace(",\"zones\":[]", "").getBytes(UTF_8));
            });
    older.values().forEach(state -> assertTrue(!new String(state, UTF_8).contains("zones")));
    driver.close();
    start(START.plusMillis(200), older);
    // Matches without zones are written as those of before.
    assertEquals("", summary(ada(200)));
    IdentityEvent updated = only(ada(400, "counter"));
    assertEquals("t.2", updated.eventId());
    assertEquals(3, updated.faces());
    assertEquals(List.of("counter"), updated.zones());
  }

  private static IdentityEvent only(List<IdentityEvent> events) {
    assertEquals(1, events.size(), () -> summary(new ArrayList<>(events)));
    return events.get(0);
  }
}
