package org.facestream.recognizer.gallery.match;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Faces that are not a person's though they were taken for it: few, so each change copies the
 * tables. Immutable.
 */
final class CounterExamples {
  static final CounterExamples NONE = new CounterExamples(new HashMap<>());

  private final Map<String, One> byFace;
  private final Map<String, List<One>> byPerson = new HashMap<>();

  /**
   * One of them.
   *
   * @param descriptor as {@link DescriptorSpace#prepare} makes it
   * @param expiry milliseconds since 1970, or {@link ReferenceBlock#NEVER}
   */
  record One(String faceId, String personId, float[] descriptor, long expiry) {
    float squaredDistance(float[] query) {
      float square = 0;
      for (int d = 0; d < query.length; d++) {
        float difference = query[d] - descriptor[d];
        square += difference * difference;
      }
      return square;
    }
  }

  private CounterExamples(Map<String, One> byFace) {
    this.byFace = byFace;
    byFace
        .values()
        .forEach(one -> byPerson.computeIfAbsent(one.personId(), id -> new ArrayList<>()).add(one));
  }

  /** The same with one more, or with this one in place of that of the same face id. */
  CounterExamples with(One one) {
    Map<String, One> more = new HashMap<>(byFace);
    more.put(one.faceId(), one);
    return new CounterExamples(more);
  }

  /** The same without that of a face id, or this one when there is none. */
  CounterExamples without(String faceId) {
    if (!byFace.containsKey(faceId)) {
      return this;
    }
    Map<String, One> fewer = new HashMap<>(byFace);
    fewer.remove(faceId);
    return new CounterExamples(fewer);
  }

  /** How many people have any. */
  int people() {
    return byPerson.size();
  }

  /** The least squared distance of a face to those of a person; infinite when there is none. */
  float nearest(String personId, float[] query, long now) {
    float nearest = Float.POSITIVE_INFINITY;
    for (One one : byPerson.getOrDefault(personId, List.of())) {
      if (one.expiry() > now) {
        nearest = Math.min(nearest, one.squaredDistance(query));
      }
    }
    return nearest;
  }

  /** Adds the person ids by face id of those that expired at an instant or before. */
  void addExpired(Map<String, String> expired, long until) {
    for (One one : byFace.values()) {
      if (one.expiry() <= until) {
        expired.put(one.faceId(), one.personId());
      }
    }
  }
}
