package org.facestream.recognizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.Thresholds;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.VisitorRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecognizerConfigTest {
  private static RecognizerConfig config(Map<String, String> options) {
    return Settings.load(List.of(RecognizerConfig.class), Optional.empty(), Map.of(), options)
        .get(RecognizerConfig.class);
  }

  /** A bad reference harms every comparison, a bad face only its own. */
  @Test
  void enrolmentAsksForASurerFaceThanRecognition() {
    assertEquals(.92f, EnrolmentRules.DEFAULT.gate().minScore());
    assertEquals(.90f, RecognizerOptions.of(config(Map.of())).minScore());
  }

  @Test
  void theModelSaysTheThresholdUnlessTheUserDoes() {
    float models = DescriptorModel.of("facenet").threshold();
    assertEquals(models, RecognizerOptions.of(config(Map.of())).thresholds().general());
    assertEquals(
        .5f,
        RecognizerOptions.of(config(Map.of("recognizer.threshold", "0.5"))).thresholds().general());
  }

  @ParameterizedTest
  @CsvSource({"minimum, 1", "nearest, 5", "mean, 2147483647"})
  void theDistanceIsOfSoManyReferences(String distance, int references) {
    assertEquals(
        new Reduction(references),
        RecognizerOptions.of(
                config(Map.of("recognizer.distance", distance, "recognizer.nearest", "5")))
            .reduction());
  }

  @Test
  void everyKeyReachesItsOption() {
    RecognizerOptions options =
        RecognizerOptions.of(
            config(
                Map.ofEntries(
                    Map.entry("recognizer.model", "resnet34-128"),
                    Map.entry("recognizer.device", "cpu"),
                    Map.entry("recognizer.threads", "3"),
                    Map.entry("recognizer.batch", "7"),
                    Map.entry("recognizer.distance", "nearest"),
                    Map.entry("recognizer.nearest", "4"),
                    Map.entry("recognizer.threshold", "0.6"),
                    Map.entry("recognizer.camera-thresholds", "door=0.5, a=b=0.7"),
                    Map.entry("recognizer.watchlist-thresholds", "wanted=0.8"),
                    Map.entry("recognizer.min-faces", "4"),
                    Map.entry("recognizer.margin", "0.2"),
                    Map.entry("recognizer.track-timeout", "9s"),
                    Map.entry("recognizer.min-score", "0.8"),
                    Map.entry("recognizer.max-age", "1m"),
                    Map.entry("recognizer.keep-descriptors", "false"))));

    assertEquals("resnet34-128", options.model().name());
    assertEquals(Device.CPU, options.device());
    assertEquals(3, options.threads());
    assertEquals(7, options.batch());
    assertEquals(new Reduction(4), options.reduction());
    assertEquals(
        new Thresholds(.6f, Map.of("door", .5f, "a=b", .7f), Map.of("wanted", .8f)),
        options.thresholds());
    assertEquals(new DecisionRules(4, .2, Duration.ofSeconds(9)), options.rules());
    assertEquals(.8f, options.minScore());
    assertEquals(Duration.ofMinutes(1), options.maxAge());
    assertEquals(false, options.keepDescriptors());
  }

  @Test
  void visitorsAreOffUntilSomebodyWantsThem() {
    assertEquals(Optional.empty(), RecognizerOptions.of(config(Map.of())).visitors());
    RecognizerOptions on = RecognizerOptions.of(config(Map.of("recognizer.visitors", "on")));
    double share = .75 * DescriptorModel.of("facenet").threshold();
    assertEquals(Optional.of(new VisitorRules(share, .3f, Duration.ofDays(7))), on.visitors());
    assertEquals(
        Optional.of(new VisitorRules(.5, .25, Duration.ofHours(3))),
        RecognizerOptions.of(
                config(
                    Map.of(
                        "recognizer.visitors", "on",
                        "recognizer.visitor-threshold", "0.5",
                        "recognizer.visitor-min-quality", "0.25",
                        "recognizer.visitor-retention", "3h")))
            .visitors());
    UserError refused =
        assertThrows(
            UserError.class,
            () ->
                RecognizerOptions.of(
                    config(
                        Map.of(
                            "recognizer.visitors", "on",
                            "recognizer.keep-descriptors", "false"))));
    assertTrue(refused.getMessage().contains("recognizer.keep-descriptors"));
  }

  @Test
  void thresholdsAreNotGivenTwiceNorToWhatIsNoWatchlist() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("recognizer.camera-thresholds", "door=0.5,door=0.6"),
            Map.of("recognizer.watchlist-thresholds", "Most Wanted=0.5"),
            Map.of("recognizer.watchlist-thresholds", "none=0.5"))) {
      assertThrows(UserError.class, () -> RecognizerOptions.of(config(wrong)), wrong::toString);
    }
  }

  @Test
  void aWatchlistsThresholdComesBeforeTheCamerasAndThatBeforeTheGeneral() {
    Thresholds thresholds = new Thresholds(.6f, Map.of("door", .5f), Map.of("wanted", .8f));
    assertEquals(.5f, thresholds.on("door"));
    assertEquals(.6f, thresholds.on("yard"));
    assertEquals(.8f, thresholds.of("wanted"));
    assertNull(thresholds.of("staff"));
    assertNull(thresholds.of(null));
  }

  @ParameterizedTest
  @CsvSource({
    "camera-thresholds, door",
    "camera-thresholds, door=0",
    "camera-thresholds, door=five",
    "camera-thresholds, =0.5",
    "watchlist-thresholds, wanted=9",
    "model, nobody-knows",
    "device, abacus"
  })
  void whatIsNotKnownOrMalformedIsNamed(String key, String value) {
    UserError refused =
        assertThrows(
            UserError.class,
            () -> RecognizerOptions.of(config(Map.of("recognizer." + key, value))));
    assertTrue(refused.getMessage().contains(key), refused.getMessage());
  }
}
