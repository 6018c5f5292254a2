package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.evaluation.NearestPeople.Near;
import org.facestream.recognizer.facenet.Metric;
import org.junit.jupiter.api.Test;

class NearestPeopleTest {
  /** Ada has one reference near 0 and two far off, Bob all at 2. */
  private static final Map<String, List<float[]>> REFERENCES =
      Map.of(
          "ada", List.of(new float[] {9}, new float[] {1}, new float[] {5}),
          "bob", List.of(new float[] {2}, new float[] {-2}));

  private static List<Near> nearest(int counting) {
    return new NearestPeople(Metric.EUCLIDEAN, counting, REFERENCES).to(new float[] {0}, 2);
  }

  @Test
  void peopleAreAsNearAsTheReferencesThatCount() {
    assertEquals(List.of(new Near("ada", 1), new Near("bob", 2)), nearest(1));
    assertEquals(List.of(new Near("bob", 2), new Near("ada", 3)), nearest(2));
    assertEquals(List.of(new Near("bob", 2), new Near("ada", 5)), nearest(Integer.MAX_VALUE));
  }
}
