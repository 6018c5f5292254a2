package org.facestream.deploy.lab.evaluation;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.recognizer.facenet.Metric;

/** The people who are enrolled, by how near they are, as the recognizer reckons it. */
final class NearestPeople {
  private final Metric metric;
  private final int counting;
  private final Map<String, List<float[]>> references;

  record Near(String person, float distance) {}

  /**
   * @param counting how many of a person's nearest references count: the mean of their distances is
   *     the distance to the person; 1 or more
   * @param references by person
   */
  NearestPeople(Metric metric, int counting, Map<String, List<float[]>> references) {
    this.metric = metric;
    this.counting = counting;
    this.references = references;
  }

  static NearestPeople of(DescribedPictures pictures, OpenSet people, int counting) {
    Map<String, List<float[]>> references = new LinkedHashMap<>();
    people
        .enrolled()
        .forEach(
            (person, own) ->
                references.put(
                    person,
                    own.stream()
                        .map(picture -> pictures.of(picture).descriptor())
                        .flatMap(Optional::stream)
                        .toList()));
    return new NearestPeople(pictures.model().metric(), counting, references);
  }

  /** At most the given number, the nearest first. */
  List<Near> to(float[] descriptor, int most) {
    return references.entrySet().stream()
        .map(one -> new Near(one.getKey(), distance(descriptor, one.getValue())))
        .sorted(Comparator.comparingDouble(Near::distance))
        .limit(most)
        .toList();
  }

  private float distance(float[] descriptor, List<float[]> references) {
    return (float)
        references.stream()
            .mapToDouble(reference -> metric.distance(descriptor, reference))
            .sorted()
            .limit(counting)
            .average()
            .orElse(Double.POSITIVE_INFINITY);
  }
}
