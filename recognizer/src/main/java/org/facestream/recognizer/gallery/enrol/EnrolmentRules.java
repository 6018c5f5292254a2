package org.facestream.recognizer.gallery.enrol;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.facestream.recognizer.gallery.GalleryConfig;

/**
 * Rules for new references.
 *
 * @param gate minimum quality
 * @param duplicate a face nearer than this share of the threshold to another of the same person is
 *     redundant
 * @param conflict a face nearer than this share of the threshold to another person, and than to its
 *     own, is a conflict; less than 1, because in a large gallery there is nearly always somebody
 *     just below the threshold
 * @param threshold distance under which two faces count as one person's; empty for the model's own
 * @param confirmed whether a face in conflict, or unlike all others of its person, is enrolled
 *     anyway
 * @param counterExamples for how long a counter-example is used
 * @param demanded required terms
 * @param terms of this enrolment
 */
@RecordBuilder
public record EnrolmentRules(
    QualityGate gate,
    double duplicate,
    double conflict,
    Optional<Float> threshold,
    boolean confirmed,
    Duration counterExamples,
    TermsRule demanded,
    EnrolmentTerms terms)
    implements EnrolmentRulesBuilder.With {
  private static final double DUPLICATE = .25;
  private static final double CONFLICT = .9;

  public static final EnrolmentRules DEFAULT =
      new EnrolmentRules(
          QualityGate.DEFAULT,
          DUPLICATE,
          CONFLICT,
          Optional.empty(),
          false,
          Duration.ofDays(180),
          TermsRule.NONE,
          EnrolmentTerms.NONE);

  /**
   * As configured.
   *
   * @param threshold as {@link #threshold}
   */
  public static EnrolmentRules of(GalleryConfig config, Optional<Float> threshold) {
    return new EnrolmentRules(
        new QualityGate(
            config.minScore(), config.minFaceSize(), config.minSharpness(), config.minPose()),
        DUPLICATE,
        config.conflict(),
        threshold,
        false,
        config.counterExampleValidity(),
        new TermsRule(config.requireConsent(), config.requireExpiry(), config.maxValidity()),
        EnrolmentTerms.NONE);
  }

  /** The same for counter-examples, to which nobody consents. */
  public EnrolmentRules ofCounterExamples() {
    return withDemanded(TermsRule.NONE).withTerms(EnrolmentTerms.NONE);
  }

  /**
   * Says early that the terms do not suffice.
   *
   * @throws org.facestream.ingest.worker.config.UserError when nobody would be enrolled
   */
  public void check() {
    demanded.apply(terms, Instant.now());
  }
}
