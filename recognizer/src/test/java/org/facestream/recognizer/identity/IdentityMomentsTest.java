package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two crops of one moment, the small face and its close-up, are one vote. */
class IdentityMomentsTest extends IdentityTopologyCase {
  /** The close-up of the face of that time. */
  private List<IdentityEvent> closeUp(long millis, double quality, Object... nearest) {
    return send(named("t@" + millis + "-close", match("door", "t", millis, quality, nearest)));
  }

  private static Match named(String faceId, Match match) {
    return match.withFaceId(faceId);
  }

  /** Evidence of .24 together: enough for a name, were it of two moments. */
  @Test
  void oneLookIsNotEnoughForTwoFaces() {
    assertEquals("", summary(face("t", 0, .6, "ada", .48, "bob", .9)));
    assertEquals("", summary(closeUp(0, .9, "ada", .46, "bob", .9)));
    List<IdentityEvent> second = face("t", 200, .7, "ada", .47, "bob", .9);
    assertEquals("started ADA", summary(second));
    assertEquals(2, second.get(0).faces());
    assertEquals("t@0-close", second.get(0).bestFace());
  }

  /** However many crops there are of it. */
  @Test
  void aStrangerWhoResemblesSomebodyForAMomentIsNotNamed() {
    StringBuilder said = new StringBuilder(summary(face("t", 0, .5, "ada", .5, "bob", .9)));
    for (int i = 1; i < 8; i++) {
      Match again = match("door", "t", 0, .5 + .05 * i, "ada", .5, "bob", .9);
      said.append(summary(send(named("t@0-" + i, again))));
    }
    said.append(summary(pass(TIMEOUT)));
    assertEquals("started unknown, ended unknown", said.toString());
  }

  @Test
  void theBetterFaceOfAMomentDecides() {
    // Too small to say anything but no, thrice; larger they all say yes.
    for (int i = 0; i < 3; i++) {
      face("t", 200L * i, .4, "ada", .75, "bob", .78);
    }
    assertEquals("", summary(closeUp(0, .8, "ada", .5, "bob", .9)));
    assertEquals("updated ADA", summary(closeUp(200, .8, "ada", .5, "bob", .9)));
    // And what is worse than what was seen says nothing.
    assertEquals("", summary(face("t", 600, .9, "ada", .5, "bob", .9)));
    for (int i = 0; i < 5; i++) {
      Match worse = match("door", "t", 600, .8 - .1 * i, "bob", .4, "ada", .9);
      assertEquals("", summary(send(named("t@600-" + i, worse))));
    }
    assertEquals(4, pass(TIMEOUT).get(0).faces());
  }

  /** One very good look decides alone, as ever, in whichever crop. */
  @Test
  void aVeryGoodCloseUpIsEnough() {
    assertEquals("", summary(face("t", 0, .5, "ada", .55, "bob", .9)));
    List<IdentityEvent> started = closeUp(0, .9, "ada", .3, "bob", .9);
    assertEquals("started ADA", summary(started));
    assertEquals(1, started.get(0).faces());
  }

  @Test
  void aRestartRemembersTheMoment() {
    face("t", 0, .6, "ada", .48, "bob", .9);
    Map<String, byte[]> kept = kept();
    driver.close();
    start(START.plusMillis(200), kept);
    assertEquals("", summary(closeUp(0, .9, "ada", .46, "bob", .9)));
  }

  /** State of a version that counted crops. */
  @Test
  void aTrackOfAnOlderVersionGoesOn() {
    face("t", 0, .6, "ada", .5, "bob", .9);
    Map<String, byte[]> older = new LinkedHashMap<>();
    kept()
        .forEach(
            (key, state) -> {
              String text =
                  new String(state, UTF_8)
                      .replaceAll(",\"looks\":\\[[^\\]]*\\]", "")
                      .replaceAll(",\"moments\":\\[[^\\]]*\\]", "");
              assertTrue(text.length() < state.length);
              assertFalse(text.contains("looks") || text.contains("moments"), text);
              older.put(key, text.getBytes(UTF_8));
            });
    driver.close();
    start(START.plusMillis(200), older);
    List<IdentityEvent> second = face("t", 200, .9, "ada", .45, "bob", .9);
    assertEquals("started ADA", summary(second));
    assertEquals(2, second.get(0).faces());
  }

  @Test
  void whatHasEndedKeepsNoMoments() {
    face("t", 0, .6, "ada", .3, "bob", .9);
    assertTrue(remembered().contains("\"looks\":[{"), this::remembered);
    pass(TIMEOUT);
    assertFalse(remembered().contains("looks"), this::remembered);
    assertTrue(remembered().contains("\"moments\":[]"), this::remembered);
  }
}
