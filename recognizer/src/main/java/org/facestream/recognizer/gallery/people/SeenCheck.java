package org.facestream.recognizer.gallery.people;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.ReferenceMatrix;
import org.facestream.recognizer.gallery.people.GalleryHealth.Doubt;
import org.facestream.recognizer.gallery.people.GalleryHealth.Finding;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;

/**
 * Looks for references that faces seen by cameras confuse: of all references, they are the nearest
 * to faces of tracks of other people, more often than to faces of their own person's tracks. Such a
 * reference may look right among photographs, and still attract others, for example because it is
 * blurred.
 */
public final class SeenCheck {
  private static final int AT_ONCE = 64;

  /** Among thousands of tracks, single ones are named wrongly themselves. */
  private static final int ENOUGH = 3;

  private final GallerySnapshot gallery;
  private final float threshold;
  private final Instant now;

  /** The tracks to which each reference was the nearest, by face id. */
  private final Map<String, Seen> seen = new HashMap<>();

  /**
   * A face of a track that was decided.
   *
   * @param track whose face it is
   * @param personId who it is; empty for a track of which a user said who it is not
   */
  public record Face(String track, Optional<String> personId, float[] descriptor) {}

  private static final class Seen {
    private final Set<String> own = new HashSet<>();
    private final Map<String, Set<String>> others = new HashMap<>();
    private final Set<String> denied = new HashSet<>();
    private float nearest = Float.POSITIVE_INFINITY;

    private boolean confuses() {
      int tracks = denied.size() + others.values().stream().mapToInt(Set::size).sum();
      return (tracks >= ENOUGH || !denied.isEmpty()) && tracks > own.size();
    }

    private Optional<String> mostly() {
      return others.entrySet().stream()
          .max(
              Comparator.comparingInt(
                      (Map.Entry<String, Set<String>> each) -> each.getValue().size())
                  .thenComparing(Map.Entry.comparingByKey()))
          .map(Map.Entry::getKey);
    }
  }

  /**
   * @param references with descriptors; those that are set aside, expired, counter-examples or of
   *     another model are left out
   * @param threshold distance under which a face counts as a person's
   */
  public SeenCheck(
      Collection<Reference> references, DescriptorModel model, float threshold, Instant now) {
    this.threshold = threshold;
    this.now = now;
    ReferenceMatrix matrix = new ReferenceMatrix(DescriptorSpace.of(model));
    references.stream()
        .filter(each -> !each.setAside() && !each.counterExample())
        .filter(each -> each.model().equals(model.name()))
        .filter(each -> each.descriptor().length == model.length())
        .forEach(matrix::put);
    gallery = matrix.publish(GalleryVersion.ofNumber(0));
  }

  /** Takes more faces into account; those of a track may come in any order. */
  public void add(List<Face> faces) {
    for (int from = 0; from < faces.size(); from += AT_ONCE) {
      List<Face> some = faces.subList(from, Math.min(faces.size(), from + AT_ONCE));
      float[][] descriptors = some.stream().map(Face::descriptor).toArray(float[][]::new);
      List<List<Match.Candidate>> found = gallery.match(descriptors, 1, Reduction.MINIMUM, now);
      for (int i = 0; i < some.size(); i++) {
        Face face = some.get(i);
        found.get(i).stream()
            .filter(nearest -> nearest.distance() < threshold)
            .forEach(nearest -> add(face, nearest));
      }
    }
  }

  private void add(Face face, Match.Candidate nearest) {
    Seen tracks = seen.computeIfAbsent(nearest.reference(), id -> new Seen());
    if (face.personId().isEmpty()) {
      tracks.denied.add(face.track());
    } else if (face.personId().get().equals(nearest.personId())) {
      tracks.own.add(face.track());
      return;
    } else {
      tracks.others.computeIfAbsent(face.personId().get(), id -> new HashSet<>()).add(face.track());
    }
    tracks.nearest = Math.min(tracks.nearest, nearest.distance());
  }

  /**
   * Adds what was found to a check of the same references. What is doubtful there already stays as
   * it is, and what a user kept is not doubted.
   */
  public GalleryHealth addTo(GalleryHealth health, Collection<Reference> references) {
    Map<String, Person> people =
        health.people().stream()
            .collect(Collectors.toMap(each -> each.person().id(), each -> each.person()));
    Map<String, List<Finding>> confusing = new HashMap<>();
    for (Reference each : references) {
      Seen tracks = seen.get(each.faceId());
      if (tracks != null && tracks.confuses() && !Reference.KEPT.equals(each.review())) {
        confusing
            .computeIfAbsent(each.personId(), id -> new ArrayList<>())
            .add(
                new Finding(
                    each,
                    Doubt.SEEN,
                    Float.POSITIVE_INFINITY,
                    tracks.mostly().map(people::get).orElse(null),
                    tracks.nearest));
      }
    }
    return new GalleryHealth(
        health.people().stream()
            .map(one -> one.with(confusing.getOrDefault(one.person().id(), List.of())))
            .toList(),
        health.ofOtherModels());
  }
}
