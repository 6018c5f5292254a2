package org.facestream.recognizer.gallery.people;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.gallery.contract.Reference;

/**
 * How references of one person resemble each other.
 *
 * @param metric of their model
 * @param unlike distance from which two do not resemble each other
 */
public record Likeness(Metric metric, float unlike) {
  /** The distance to the nearest other one; infinite without one. */
  float nearest(Reference one, Collection<Reference> others) {
    float nearest = Float.POSITIVE_INFINITY;
    for (Reference each : others) {
      if (each != one) {
        nearest = Math.min(nearest, metric.distance(one.descriptor(), each.descriptor()));
      }
    }
    return nearest;
  }

  /** Parts that do not resemble each other, each of references that do, one to the next. */
  List<List<Reference>> groups(Collection<Reference> references) {
    List<List<Reference>> groups = new ArrayList<>();
    for (Reference one : references) {
      List<Reference> joined = new ArrayList<>(List.of(one));
      for (List<Reference> group : List.copyOf(groups)) {
        if (nearest(one, group) < unlike) {
          joined.addAll(group);
          groups.removeIf(each -> each == group);
        }
      }
      groups.add(joined);
    }
    return groups;
  }

  /**
   * Adds the most different ones: the middle one if there is none, then one after the other that
   * which is farthest from those before.
   *
   * @param chosen those before; gets the others
   * @param most number of those chosen at the end
   */
  public void addMostDifferent(List<Reference> chosen, List<Reference> references, int most) {
    List<Reference> rest = new ArrayList<>(references);
    rest.removeAll(chosen);
    if (chosen.isEmpty()) {
      rest.stream()
          .min(Comparator.comparingDouble(one -> sum(one, references)))
          .ifPresent(chosen::add);
      rest.removeAll(chosen);
    }
    while (chosen.size() < most && !rest.isEmpty()) {
      Reference farthest =
          rest.stream().max(Comparator.comparingDouble(one -> nearest(one, chosen))).orElseThrow();
      chosen.add(farthest);
      rest.remove(farthest);
    }
  }

  private double sum(Reference one, List<Reference> others) {
    return others.stream()
        .mapToDouble(each -> metric.distance(one.descriptor(), each.descriptor()))
        .sum();
  }
}
