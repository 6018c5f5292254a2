package org.facestream.recognizer.gallery.enrol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.face.Quality;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.people.ErasureRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GalleryConfigTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private static GalleryConfig config(Map<String, String> options) {
    return Settings.load(List.of(GalleryConfig.class), Optional.empty(), Map.of(), options)
        .get(GalleryConfig.class);
  }

  private static EnrolmentRules rules(Map<String, String> options) {
    return EnrolmentRules.of(config(options), Optional.empty());
  }

  @Test
  void defaults() {
    assertEquals(EnrolmentRules.DEFAULT, rules(Map.of()));
    assertEquals(Optional.empty(), config(Map.of()).auditFile());
    assertEquals(
        new ErasureRule(Duration.ofDays(1), Duration.ofHours(1)), ErasureRule.of(config(Map.of())));
  }

  @Test
  void everyKeyReachesItsRule() {
    Map<String, String> erasure =
        Map.of("gallery.erase-expired-after", "3d", "gallery.erase-interval", "5m");
    assertEquals(
        new ErasureRule(Duration.ofDays(3), Duration.ofMinutes(5)),
        ErasureRule.of(config(erasure)));
    Map<String, String> options =
        Map.of(
            "gallery.conflict", "0.7",
            "gallery.min-score", "0.95",
            "gallery.min-face-size", "60",
            "gallery.min-sharpness", "0.5",
            "gallery.min-pose", "0.7",
            "gallery.require-consent", "true",
            "gallery.require-expiry", "true",
            "gallery.max-validity", "90d",
            "gallery.audit-file", "audit.log");
    EnrolmentRules rules = EnrolmentRules.of(config(options), Optional.of(.5f));
    assertEquals(new QualityGate(.95f, 60, .5f, .7f), rules.gate());
    assertEquals(new TermsRule(true, true, Optional.of(Duration.ofDays(90))), rules.demanded());
    assertEquals(.7, rules.conflict());
    assertEquals(Optional.of(.5f), rules.threshold());
    assertEquals(Optional.of(Path.of("audit.log")), config(options).auditFile());
  }

  @Test
  void termsThatDoNotSufficeAreRefusedAndAnEndIsSet() {
    TermsRule demanded = new TermsRule(true, false, Optional.of(Duration.ofDays(30)));
    EnrolmentTerms consented = new EnrolmentTerms(Optional.of(" form 7 "), Optional.empty());
    assertThrows(UserError.class, () -> demanded.apply(EnrolmentTerms.NONE, NOW));
    assertThrows(
        UserError.class,
        () -> demanded.apply(new EnrolmentTerms(Optional.of("  "), Optional.empty()), NOW));
    assertEquals(
        new EnrolmentTerms(Optional.of("form 7"), Optional.of(NOW.plus(Duration.ofDays(30)))),
        demanded.apply(consented, NOW));
    for (int days : new int[] {-1, 0, 31}) {
      Optional<Instant> end = Optional.of(NOW.plus(Duration.ofDays(days)));
      assertThrows(
          UserError.class,
          () -> demanded.apply(new EnrolmentTerms(Optional.of("form 7"), end), NOW),
          days + " days");
    }
    TermsRule ended = new TermsRule(false, true, Optional.of(Duration.ofDays(30)));
    assertThrows(UserError.class, () -> ended.apply(consented, NOW));
    assertThrows(UserError.class, () -> new EnrolmentTerms(Optional.of("a\nb"), Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "0.91, 100, 0.9, 0.9, low-score",
    "0.99, 23, 0.9, 0.9, too-small",
    "0.99, 100, 0.24, 0.9, blurred",
    "0.99, 100, 0.9, 0.39, turned-away",
    "0.92, 24, 0.25, 0.4, "
  })
  void theGateSaysWhatIsWrongAndWhatHelps(
      float score, double width, float sharpness, float pose, String reason) throws Exception {
    Quality quality = new Quality(.5f, sharpness, .5f, pose, .5f, -55, 10, 0);
    if (reason == null) {
      QualityGate.DEFAULT.check(score, width, quality);
      return;
    }
    RefusedException refused =
        assertThrows(
            RefusedException.class, () -> QualityGate.DEFAULT.check(score, width, quality));
    assertEquals(reason, refused.reason());
    assertTrue(refused.getMessage().contains("; use a picture"), refused.getMessage());
  }
}
