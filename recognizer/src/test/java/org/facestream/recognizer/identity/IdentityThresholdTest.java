package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.facestream.detector.face.Box;
import org.junit.jupiter.api.Test;

/** Cameras and watchlists have thresholds of their own; the decision goes by those. */
class IdentityThresholdTest extends IdentityTopologyCase {
  private static Match.Candidate watched(String person, double distance, double threshold) {
    return candidate(person, distance, "wanted").withThreshold((float) threshold);
  }

  private static Match.Candidate candidate(String person, double distance, String watchlist) {
    Match.Candidate plain = candidate(person, distance);
    return new Match.Candidate(
        plain.personId(), plain.name(), plain.distance(), plain.reference(), watchlist, null);
  }

  private List<IdentityEvent> see(long millis, double threshold, Match.Candidate... candidates) {
    return send(
        MatchBuilder.builder()
            .faceId("t@" + millis)
            .camera("door")
            .track("t")
            .captureTime(START.plusMillis(millis))
            .box(new Box(10, 10, 60, 70))
            .score(.99f)
            .quality(.8f)
            .candidates(List.of(candidates))
            .threshold((float) threshold)
            .model("m")
            .galleryVersion(++version)
            .build());
  }

  @Test
  void theSameFaceIsNamedWhereTheCamerasThresholdAllowsIt() {
    assertEquals("started unknown", summary(see(0, .4, candidate("ada", .55))));
    assertEquals("ended unknown", summary(pass(TIMEOUT)));
    assertEquals("updated ADA", summary(see(8000, .8, candidate("ada", .55))));
  }

  @Test
  void aWatchlistsLooserThresholdNamesWhomOthersWouldMiss() {
    List<IdentityEvent> started = see(0, .6, watched("eve", .7, 1.0), candidate("ada", .75));
    assertEquals("started EVE", summary(started));
    assertEquals("wanted", started.get(0).watchlist());
    assertEquals(.7, started.get(0).distance());
    assertEquals(.05, started.get(0).margin());
    assertEquals("wanted", pass(TIMEOUT).get(0).watchlist());
  }

  @Test
  void aWatchlistsStricterThresholdNamesNobodyWhomOthersWouldGetNamedAs() {
    assertEquals("started unknown", summary(see(0, .6, watched("eve", .4, .3))));
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertEquals("ended unknown", summary(List.of(ended)));
    assertNull(ended.watchlist());
  }

  @Test
  void somebodyAsNearInSharesOfTheThresholdsIsAmbiguous() {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      said.append(summary(see(i * 200L, .6, watched("eve", .75, 1.0), candidate("ada", .48))));
    }
    assertEquals("started unknown", said.toString());
  }

  @Test
  void whoComesOnAWatchlistWhileBeforeACameraIsToldAtOnce() {
    assertNull(see(0, .6, candidate("ada", .3, (String) null)).get(0).watchlist());
    List<IdentityEvent> updated = see(200, .6, candidate("ada", .31, "wanted"));
    assertEquals("updated ADA", summary(updated));
    assertEquals("wanted", updated.get(0).watchlist());
    assertEquals("", summary(see(400, .6, candidate("ada", .31, "wanted"))));
  }
}
