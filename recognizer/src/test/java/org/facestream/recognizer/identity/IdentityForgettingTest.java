package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A person leaves the gallery while tracks remember them. */
class IdentityForgettingTest extends IdentityTopologyCase {
  @Test
  void aForgottenPersonLosesTheNameWhileTheTrackLives() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    replica.forget("ada", ++version);
    List<IdentityEvent> forgotten = pass(Duration.ofMillis(300));
    assertEquals("updated unknown", summary(forgotten));
    assertNull(forgotten.get(0).personId());
    // Not how far she was, nor how much farther Bob.
    assertNull(forgotten.get(0).distance());
    assertNull(forgotten.get(0).margin());
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("", summary(pass(Duration.ofMillis(600))));
    // Being forgotten is not being seen: the track ends when it would have.
    assertEquals("", summary(pass(TIMEOUT.minusMillis(1200))));
    List<IdentityEvent> ended = pass(Duration.ofMillis(400));
    assertEquals("ended unknown", summary(ended));
    assertNull(ended.get(0).distance());
    assertEquals("t.3", ended.get(0).eventId());
  }

  @Test
  void aForgottenPersonIsNotNamedByTheNextFaceNorByWhatIsStillUnderWay() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    replica.forget("ada", 100);
    // Compared before she was forgotten.
    List<IdentityEvent> updated = face("t", 200, .8, "ada", .3, "bob", .8);
    assertEquals("updated unknown", summary(updated));
    assertEquals(.8, updated.get(0).distance());
    assertNull(updated.get(0).margin());
    assertEquals("", summary(face("t", 400, .8, "bob", .81)));
    assertEquals("started unknown", summary(face("u", 500, .8, "ada", .3, "bob", .8)));
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("ended unknown, ended unknown", summary(pass(TIMEOUT.plusSeconds(1))));
  }

  @Test
  void anUnknownTrackKeepsNoDistanceToSomebodyForgotten() {
    assertEquals(.9, face("t", 0, .8, "ada", .9, "bob", 1.0).get(0).distance());
    replica.forget("ada", ++version);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("0.8999"), this::remembered);
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertNull(ended.distance());
    assertNull(ended.margin());
  }

  @Test
  void anotherPersonKeepsTheNameButNotTheMarginToSomebodyForgotten() {
    assertEquals(.5, face("t", 0, .8, "bob", .3, "ada", .8).get(0).margin());
    replica.forget("ada", ++version);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("ada"), this::remembered);
    IdentityEvent ended = pass(TIMEOUT).get(0);
    assertEquals("BOB", ended.name());
    assertEquals(.3, ended.distance());
    assertNull(ended.margin());
  }

  @Test
  void anEndedTrackForgetsTooAndComesBackWithoutTheName() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
    replica.forget("ada", ++version);
    assertEquals("", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("ada"), this::remembered);
    assertEquals("updated unknown", summary(face("t", 8000, .8, "bob", .9)));
  }

  @Test
  void whoWasForgottenDuringARestartIsNotNamedAfterIt() {
    face("t", 0, .8, "ada", .3, "bob", .8);
    Map<String, byte[]> kept = kept();
    driver.close();
    replica.forget("ada", ++version);
    start(START.plusSeconds(60), kept);
    assertEquals("updated unknown", summary(pass(Duration.ofMillis(300))));
    assertEquals("ended unknown", summary(pass(TIMEOUT)));
    assertFalse(remembered().contains("ada"), this::remembered);
  }

  private static GalleryVersion version(String topic, Long... offsets) {
    return new GalleryVersion(topic, List.of(offsets));
  }

  @Test
  void aReplicaThatIsBehindInOnePartitionOnlyForgetsNobodyWhoWasEnrolledSince() {
    // Ada's reference is in the second partition; its sum is that of the greater version.
    gallery = version("a", 3L, 5L);
    replica.forgotten.add("ada");
    replica.gallery = version("a", 9L, 4L);
    assertEquals("started ADA", summary(face("t", 0, .8, "ada", .3, "bob", .8)));
    replica.gallery = version("a", 9L, 5L);
    assertEquals("updated unknown", summary(pass(Duration.ofMillis(300))));
  }

  @Test
  void whoIsNotInAGalleryTopicThatWasMadeAnewIsForgotten() {
    gallery = version("a", 3L, 5L);
    replica.gallery = gallery;
    assertEquals("started ADA", summary(face("t", 0, .8, "ada", .3, "bob", .8)));
    replica.forgotten.add("ada");
    replica.gallery = version("b", 1L, 1L);
    assertEquals("updated unknown", summary(pass(Duration.ofMillis(300))));
    assertFalse(remembered().contains("ada"), this::remembered);
  }

  @Test
  void anEventSaysWhatAllOfItsMatchesKnewOfTheGallery() {
    gallery = version("a", 3L, 5L);
    replica.gallery = version("a", 9L, 9L);
    assertEquals(gallery, face("t", 0, .8, "ada", .3, "bob", .8).get(0).gallery());
    // Two recognizers that are behind, each in another partition.
    gallery = version("a", 4L, 2L);
    assertEquals("", summary(face("t", 200, .8, "ada", .3, "bob", .8)));
    assertEquals(version("a", 3L, 2L), pass(TIMEOUT).get(0).gallery());
  }

  @Test
  void aReplicaThatIsBehindForgetsNobodyWhoWasEnrolledSince() {
    replica.forget("ada", 1);
    version = 5;
    assertEquals("started ADA", summary(face("t", 0, .8, "ada", .3, "bob", .8)));
    replica.forgotten.clear();
    replica.version = version;
    assertEquals("", summary(face("t", 200, .8, "ada", .31, "bob", .8)));
    assertEquals("ended ADA", summary(pass(TIMEOUT)));
  }
}
