package org.facestream.deploy.command.people;

import java.util.ArrayList;
import java.util.List;
import org.facestream.recognizer.gallery.people.GalleryHealth;
import org.jspecify.annotations.Nullable;

/**
 * A check of the gallery, as programs read it.
 *
 * @param model whose pictures were checked
 * @param people number of people
 * @param references number of pictures in use before
 * @param setAside number of pictures that were set aside before
 * @param ofOtherModels number of pictures that were not checked
 * @param findings doubtful pictures
 * @param singlePicture ids of the people with one picture in use
 * @param recognised number of pictures in use that the others of their person would recognise
 */
record HealthView(
    String model,
    int people,
    int references,
    int setAside,
    int ofOtherModels,
    List<Doubtful> findings,
    List<String> singlePicture,
    int recognised) {

  /**
   * A doubtful picture.
   *
   * @param own distance to the nearest other picture of the person, or null
   * @param near id of the nearest other person, or null
   * @param distance to that person, or null
   * @param setAside whether this check set it aside
   */
  record Doubtful(
      String personId,
      String faceId,
      String source,
      String doubt,
      @Nullable Float own,
      @Nullable String near,
      @Nullable Float distance,
      boolean setAside) {}

  static HealthView of(
      String model,
      List<GalleryHealth.OfPerson> people,
      GalleryHealth health,
      boolean settingAside) {
    List<Doubtful> findings = new ArrayList<>();
    for (GalleryHealth.OfPerson one : people) {
      List<GalleryHealth.Finding> settled = settingAside ? one.settled() : List.of();
      for (GalleryHealth.Finding finding : one.findings()) {
        findings.add(
            new Doubtful(
                one.person().id(),
                finding.reference().faceId(),
                finding.reference().source(),
                finding.doubt().word(),
                number(finding.own()),
                finding.near() == null ? null : finding.near().id(),
                number(finding.distance()),
                settled.contains(finding)));
      }
    }
    return new HealthView(
        model,
        people.size(),
        people.stream().mapToInt(GalleryHealth.OfPerson::inUse).sum(),
        people.stream().mapToInt(GalleryHealth.OfPerson::setAside).sum(),
        health.ofOtherModels(),
        findings,
        people.stream()
            .filter(GalleryHealth.OfPerson::tooFew)
            .map(one -> one.person().id())
            .toList(),
        people.stream().mapToInt(GalleryHealth.OfPerson::recognised).sum());
  }

  private static @Nullable Float number(float distance) {
    return Float.isFinite(distance) ? distance : null;
  }
}
