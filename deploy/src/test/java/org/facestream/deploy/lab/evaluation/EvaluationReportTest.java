package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.facestream.deploy.lab.evaluation.TrackIdentification.SearchedTrack;
import org.facestream.deploy.lab.evaluation.Verification.ScoredPair;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {
  @Test
  void whatIsEmptyHasNoHeader() {
    String text = report(0.4f);
    assertTrue(
        text.contains("no pair is wrong at 1.000; nearest to it are:\n    1.400 two people  a/1"),
        text);
    assertFalse(text.contains("the worst first"), text);
    assertFalse(text.contains("the slowest"), text);
  }

  @Test
  void whatIsWrongIsListed() {
    String text = report(1.2f);
    assertTrue(text.contains("wrong at 1.000, the worst first:\n    1.200 one person  a/1"), text);
  }

  /**
   * @param same distance of the pair of one person
   */
  private static String report(float same) {
    Verification verification =
        new Verification(
            List.of(
                new ScoredPair(new FacePair(0, "a/1.jpg", "a/2.jpg", true), same),
                new ScoredPair(new FacePair(0, "a/1.jpg", "b/1.jpg", false), 1.4f)));
    return report(verification, null).text();
  }

  private static EvaluationReport report(Verification verification, TrackIdentification tracks) {
    return new EvaluationReport(
        "facenet", 1, 1, 0.001, verification, null, tracks, null, List.of(), List.of());
  }

  @Test
  void whatIsNoNumberIsNullForAProgram() throws IOException {
    Verification verification =
        new Verification(
            List.of(
                new ScoredPair(new FacePair(0, "a/1.jpg", "a/2.jpg", true), .4f),
                new ScoredPair(
                    new FacePair(0, "a/1.jpg", "b/1.jpg", false), Float.POSITIVE_INFINITY)));
    EvaluationReport all =
        new EvaluationReport(
            "facenet", 1, 1, 1, verification, null, tracks(0), null, List.of(), List.of());
    JsonNode json = new ObjectMapper().readTree(all.json());

    JsonNode suggested = json.get("verification").get("suggested");
    assertTrue(suggested.get("threshold").isNull(), json.toString());
    assertTrue(suggested.get("measurable").asBoolean(), json.toString());
    JsonNode rate = json.get("verification").get("tar_at_far").get(0);
    assertFalse(rate.get("measurable").asBoolean(true), json.toString());
    assertTrue(json.get("verification").get("fold_standard_error").isNull(), json.toString());
    assertTrue(json.get("tracks").get("judged").get("strangers_named").isNull(), json.toString());
    assertTrue(json.get("tracks").get("suggested").isNull(), json.toString());
    assertFalse(all.json().contains("Infinity") || all.json().contains("NaN"), all.json());
  }

  @Test
  void aFewTracksSuggestNoThreshold() {
    String text = report(null, tracks(99)).text();
    assertTrue(text.contains("99 tracks of strangers are too few"), text);
    assertTrue(text.contains("100 are needed"), text);
  }

  @Test
  void bothKindsOfStrangersTracksAreJudged() throws IOException {
    EvaluationReport report = report(null, tracks(100));
    JsonNode suggested = new ObjectMapper().readTree(report.json()).get("tracks").get("suggested");

    // Strangers' different pictures are all 1.3 away, one picture again and again is .9 away: up to
    // .96, with .9 / .96 = .938, it is not named.
    assertEquals(.96, suggested.get("threshold").asDouble(), 1e-6);
    assertEquals(
        100, new ObjectMapper().readTree(report.json()).get("tracks").get("still").asInt());
  }

  /** So many tracks of strangers of either kind. */
  private static TrackIdentification tracks(int count) {
    List<SearchedTrack> far = Collections.nCopies(count, track(1.3f));
    List<SearchedTrack> near = Collections.nCopies(count, track(.9f));
    DecisionRules rules = new DecisionRules(2, .1, Duration.ofSeconds(6));
    return new TrackIdentification(rules, List.of(), far, near, 0);
  }

  private static SearchedTrack track(float distance) {
    List<Match> faces = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      faces.add(
          MatchBuilder.builder()
              .faceId("face-" + i)
              .camera("camera")
              .track("track")
              .captureTime(Instant.EPOCH.plusMillis(200L * i))
              .box(new Box(0, 0, 100, 100))
              .score(.99f)
              .quality(.9f)
              .candidates(
                  List.of(
                      new Match.Candidate("ada", "Ada", distance, ""),
                      new Match.Candidate("bob", "Bob", 2, "")))
              .threshold(1)
              .model("model")
              .galleryVersion(1)
              .build());
    }
    return new SearchedTrack("Eve", faces);
  }

  @Test
  void everyDistanceIsWritten() throws IOException {
    Verification verification =
        new Verification(
            List.of(
                new ScoredPair(new FacePair(0, "a, b/1.jpg", "a, b/2.jpg", true), .25f),
                new ScoredPair(
                    new FacePair(0, "a, b/1.jpg", "c/\"1\".jpg", false), Float.POSITIVE_INFINITY)));
    Identification identification =
        new Identification(
            1,
            1,
            List.of(new Identification.Search("a/3.jpg", "a", "a", .5f)),
            List.of(new Identification.Search("d/1.jpg", "d", "a", 1.25f)));
    StringWriter csv = new StringWriter();
    new Distances(verification, identification).write(csv);

    assertEquals(
        List.of(
            "kind,first,second,distance,same",
            "pair,\"a, b/1.jpg\",\"a, b/2.jpg\",0.25,true",
            "pair,\"a, b/1.jpg\",\"c/\"\"1\"\".jpg\",,false",
            "mated,a/3.jpg,a,0.5,true",
            "stranger,d/1.jpg,a,1.25,false"),
        csv.toString().lines().toList());
  }
}
