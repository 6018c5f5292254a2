package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.facestream.deploy.lab.evaluation.TrackIdentification.SearchedTrack;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.junit.jupiter.api.Test;

/** Tracks of known distances, decided by the recognizer's own rules. */
class TrackIdentificationTest {
  private static final DecisionRules RULES = new DecisionRules(2, 0.1, Duration.ofSeconds(6));

  /** Each face is so far from Ada, and everybody else far away. */
  private static SearchedTrack track(String person, double... distances) {
    List<Match> faces = new ArrayList<>();
    for (double distance : distances) {
      faces.add(
          MatchBuilder.builder()
              .faceId("face-" + faces.size())
              .camera("camera")
              .track("track")
              .captureTime(Instant.EPOCH.plusMillis(200L * faces.size()))
              .box(new Box(0, 0, 100, 100))
              .score(.99f)
              .quality(.7f)
              .candidates(
                  List.of(
                      new Match.Candidate("Ada", "Ada", (float) distance, ""),
                      new Match.Candidate("Bob", "Bob", 2, "")))
              .threshold(1)
              .model("model")
              .galleryVersion(1)
              .build());
    }
    return new SearchedTrack(person, faces);
  }

  @Test
  void aTrackIsJudgedByWhatItsEventsSay() {
    TrackIdentification tracks =
        new TrackIdentification(
            RULES,
            List.of(
                // Named by all, by nobody, and taken for Ada.
                track("Ada", .7, .8, .7, .8),
                track("Ada", 1.2, 1.3, 1.2, 1.3),
                track("Bob", .7, .8, .7, .8),
                track("Ada", .8, .8, 1.1, .7)),
            List.of(
                // One face of four resembles her: no name.
                track("Eve", .9, 1.3, 1.2, 1.3), track("Eve", .8, .8, .8, .8)),
            List.of(
                track("Eve", .9, .9, .9, .9),
                track("Eve", .8, .8, .8, .8),
                track("Eve", 1.2, 1.2, 1.2, 1.2),
                track("Eve", 1.3, 1.3, 1.3, 1.3)),
            0);

    TrackIdentification.Rates rates = tracks.at(1);

    assertEquals(.5, rates.strangersNamed());
    assertEquals(.5, rates.stillNamed());
    assertEquals(.5, rates.missed());
    assertEquals(.25, rates.wrong());
  }

  @Test
  void theThresholdDecides() {
    TrackIdentification tracks =
        new TrackIdentification(
            RULES,
            List.of(track("Ada", .7, .7, .7)),
            List.of(track("Eve", .9, .9, .9)),
            List.of(),
            0);

    assertEquals(1, tracks.at(.6f).missed());
    assertEquals(0, tracks.at(.8f).strangersNamed());
    assertEquals(0, tracks.at(.9f).missed());
    assertEquals(1, tracks.at(1.2f).strangersNamed());
  }
}
