package org.facestream.recognizer.gallery.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.gallery.contract.Watchlist;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptors of one value, so that of a face at 0 each person's distance is theirs. */
class CandidateSearchTest {
  private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");

  private final ReferenceMatrix matrix =
      new ReferenceMatrix(new DescriptorSpace("m", 1, Metric.EUCLIDEAN));

  private void enrol(String person, String watchlist, double distance) {
    matrix.put(
        ReferenceBuilder.builder()
            .faceId("of " + person + distance)
            .personId(person)
            .name(person)
            .model("m")
            .descriptor(new float[] {(float) distance})
            .thumbnail(new byte[0])
            .quality(1)
            .source("test")
            .enrolledAt(NOW)
            .watchlist(watchlist)
            .build());
  }

  private static String found(List<Match.Candidate> candidates) {
    return candidates.stream()
        .map(
            candidate ->
                candidate.personId()
                    + (candidate.threshold() == null ? "" : "<" + candidate.threshold())
                    + (candidate.watchlist() == null ? "" : "@" + candidate.watchlist()))
        .collect(Collectors.joining(" "));
  }

  private String search(Thresholds thresholds, String camera) {
    return found(
        new CandidateSearch(thresholds, Reduction.MINIMUM, 3)
            .search(
                matrix.publish(GalleryVersion.ofNumber(1)),
                new float[][] {{0}},
                List.of(camera),
                NOW)
            .get(0));
  }

  @Test
  void whereAllHaveOneThresholdTheNearestAreFirst() {
    enrol("ada", null, .7);
    enrol("bob", "wanted", .5);
    enrol("eve", null, .6);
    enrol("kim", null, .8);
    assertEquals(
        "bob@wanted eve ada", search(new Thresholds(.6f, Map.of("door", .4f), Map.of()), "door"));
  }

  @Test
  void theLeastShareOfTheirThresholdIsFirst() {
    enrol("ada", null, .50); // 0.83 of 0.6, but 1.25 of the yard's 0.4
    enrol("bob", "wanted", .80); // 0.89 of 0.9
    enrol("eve", "banned", .29); // 0.97 of 0.3
    enrol("kim", "staff", .57); // no threshold of its own
    Thresholds thresholds =
        new Thresholds(.6f, Map.of("yard", .4f), Map.of("wanted", .9f, "banned", .3f));
    assertEquals("ada bob<0.9@wanted kim@staff", search(thresholds, "door"));
    assertEquals("bob<0.9@wanted eve<0.3@banned ada", search(thresholds, "yard"));
  }

  @Test
  void aWatchedPersonIsFoundBehindAnyNumberOfNearerOnes() {
    for (int i = 0; i < 2000; i++) {
      enrol("stranger " + i, null, .7 + i * 1e-5);
    }
    enrol("bob", "wanted", .8);
    assertEquals(
        "bob<0.9@wanted stranger 0 stranger 1",
        search(new Thresholds(.6f, Map.of(), Map.of("wanted", .9f)), "door"));
  }

  @Test
  void facesOfSeveralCamerasAreRankedEachByItsOwn() {
    enrol("ada", null, .50);
    enrol("bob", "wanted", .80);
    List<List<Match.Candidate>> found =
        new CandidateSearch(
                new Thresholds(.6f, Map.of("yard", .4f), Map.of("wanted", .9f)),
                Reduction.MINIMUM,
                1)
            .search(
                matrix.publish(GalleryVersion.ofNumber(1)),
                new float[][] {{0}, {0}},
                List.of("yard", "door"),
                NOW);
    assertEquals(
        List.of("bob<0.9@wanted", "ada"), found.stream().map(CandidateSearchTest::found).toList());
  }

  @Test
  void whoComesOnAWatchlistIsOnItWithEveryPicture() {
    enrol("ada", null, .5);
    Thresholds thresholds = new Thresholds(.6f, Map.of(), Map.of("wanted", .9f));
    assertEquals("ada", search(thresholds, "door"));
    enrol("ada", "wanted", .7);
    assertEquals("ada<0.9@wanted", search(thresholds, "door"));
    enrol("ada", null, .8);
    assertEquals("ada", search(thresholds, "door"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "Wanted",
        "two words",
        "-x",
        "a\u001b[2J",
        "abcdefghijklmnopqrstuvwxyz0123456789"
      })
  void whatIsNoNameOfAWatchlist(String name) {
    assertThrows(UserError.class, () -> Watchlist.check(name));
  }
}
