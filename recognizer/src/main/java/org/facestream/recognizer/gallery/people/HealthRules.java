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
 * @param most references in use of one person
 */
public record HealthRules(float other, float unlike, float alike, int most) {
  private static final float ALIKE = .25f;

  /**
   * As configured; the same limits as those of enrolment, from which the figures in the
   * documentation of people do not give a reason to depart.
   *
   * @param threshold distance under which a face counts as a person's
   */
  public static HealthRules of(GalleryConfig config, DescriptorModel model, float threshold) {
    return new HealthRules(
        (float) (config.conflict() * threshold),
        model.verification(),
        ALIKE * threshold,
        config.mostReferences());
  }
}
