package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;

/** Tracks of many faces: a person at a desk gives one every three seconds, all day. */
class TrackReplayTest {
  private static final DecisionRules RULES = new DecisionRules(2, .1, Duration.ofSeconds(6));

  private final List<Match> track = new ArrayList<>();

  /** So many faces, so far from Ada and Bob in shares of the threshold. */
  private void faces(int count, double quality, double ada, double bob) {
    for (int i = 0; i < count; i++) {
      Match.Candidate one = new Match.Candidate("ada", "Ada", (float) ada, "");
      Match.Candidate other = new Match.Candidate("bob", "Bob", (float) bob, "");
      track.add(
          MatchBuilder.builder()
              .faceId("face-" + track.size())
              .camera("camera")
              .track("track")
              .captureTime(Instant.EPOCH.plusSeconds(3L * track.size()))
              .box(new Box(0, 0, 100, 100))
              .score(.99f)
              .quality((float) quality)
              .candidates(ada <= bob ? List.of(one, other) : List.of(other, one))
              .threshold(1)
              .model("model")
              .galleryVersion(1)
              .build());
    }
  }

  private List<String> names() {
    return new TrackReplay(RULES)
        .events(track).stream().map(IdentityEvent::name).distinct().toList();
  }

  /** Added up without end, the evidence named this stranger with the fourteenth face. */
  @Test
  void whoIsBarelyUnderTheThresholdIsNotNamedForStayingLong() {
    faces(500, .35, .958, 1.2);
    assertEquals(List.of(IdentityEvent.UNKNOWN), names());
  }

  @Test
  void norForBeingSeenWell() {
    faces(500, .95, .94, 1.2);
    assertEquals(List.of(IdentityEvent.UNKNOWN), names());
  }

  @Test
  void whoIsClearlyUnderItIsNamedAndStaysNamed() {
    faces(500, .35, .9, 1.2);
    assertEquals(List.of(IdentityEvent.UNKNOWN, "Ada"), names());
  }

  @Test
  void whoComesNearerIsNamedAfterALongTimeOfBadFaces() {
    faces(200, .6, 1.05, 1.2);
    faces(20, .6, .85, 1.2);
    assertEquals(List.of(IdentityEvent.UNKNOWN, "Ada"), names());
  }

  @Test
  void aTrackThatJumpsToSomebodyElseIsNamedAnew() {
    faces(200, .7, .7, 1.2);
    faces(4, .7, 1.2, .7);
    assertEquals(List.of("Ada", "Bob"), names());
  }

  /** Faces as often over the threshold as under it, in runs as long as a pose lasts. */
  @Test
  void whoResemblesSomebodyNowAndThenIsNotNamed() {
    for (int i = 0; i < 50; i++) {
      faces(4, .8, 1.06, 1.25);
      faces(4, .8, .94, 1.25);
    }
    assertEquals(List.of(IdentityEvent.UNKNOWN), names());
  }

  @Test
  void aStateOfBeforeWeightsWereKeptCanBeRead() throws InvalidRecordException {
    Evidence before =
        RecordJson.read(
            ("{\"name\":\"Ada\",\"watchlist\":null,\"sum\":0.4,\"faces\":3,\"sure\":false,"
                    + "\"distance\":0.5,\"margin\":null,\"other\":null}")
                .getBytes(UTF_8),
            Evidence.class);

    assertEquals(.4, before.value());
    assertTrue(before.enough(RULES));
    assertNull(before.margin());
    assertEquals(before, RecordJson.read(RecordJson.write(before), Evidence.class));
  }
}
