package org.facestream.recognizer.gallery.people;

import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.GalleryConfig;

/**
 * When a reference is doubtful. All but the last are distances.
 *
 * @param other a reference nearer than this to another person, and than to its own person's others,
 *     is doubtful
 * @param unlike references farther apart than this do not resemble each other
 * @param alike a reference nearer than this to another of its person is redundant
 * @param threshold a face nearer than this to a reference counts as its person's
 * @param most references in use of one person
 */
public record HealthRules(float other, float unlike, float alike, float threshold, int most) {
  private static final float ALIKE = .25f;

  /**
   * Of the model's threshold for two pictures, at which enrolment doubts: of photographs of one
   * person, a few per cent are a little farther apart (measured by WrongReferencesTest).
   */
  private static final float UNLIKE = 1.05f;

  /**
   * As configured.
   *
   * @param threshold distance under which a face counts as a person's
   */
  public static HealthRules of(GalleryConfig config, DescriptorModel model, float threshold) {
    return new HealthRules(
        (float) (config.conflict() * threshold),
        UNLIKE * model.verification(),
        ALIKE * threshold,
        threshold,
        config.mostReferences());
  }
}
