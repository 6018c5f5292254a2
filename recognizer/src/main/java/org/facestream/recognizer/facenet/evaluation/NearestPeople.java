package org.facestream.recognizer.facenet.evaluation;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.recognizer.facenet.Metric;

/** The people who are enrolled, by how near they are: the least distance over their references. */
final class NearestPeople {
  private final Metric metric;
  private final Map<String, List<float[]>> references = new LinkedHashMap<>();

  record Near(String person, float distance) {}

  NearestPeople(DescribedPictures pictures, OpenSet people) {
    metric = pictures.model().metric();
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
  }

  /** At most so many, the nearest first. */
  List<Near> to(float[] descriptor, int most) {
    return references.entrySet().stream()
        .map(
            one -> {
              float least = Float.POSITIVE_INFINITY;
              for (float[] reference : one.getValue()) {
                least = Math.min(least, metric.distance(descriptor, reference));
              }
              return new Near(one.getKey(), least);
            })
        .sorted(Comparator.comparingDouble(Near::distance))
        .limit(most)
        .toList();
  }
}
