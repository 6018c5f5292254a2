package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.facestream.detector.face.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimilarityTest {
  private static final List<Point> FACE =
      List.of(
          new Point(30, 40),
          new Point(70, 42),
          new Point(50, 60),
          new Point(33, 80),
          new Point(66, 82));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void findsTheTransformThatMovedThePoints(long seed) {
    Random random = new Random(seed);
    double angle = random.nextDouble() * 2 * Math.PI;
    double scale = 0.1 + 5 * random.nextDouble();
    Similarity moved = new Similarity(scale * Math.cos(angle), scale * Math.sin(angle), -200, 300);

    Similarity found = Similarity.between(FACE, FACE.stream().map(moved::apply).toList());

    assertEquals(moved.a(), found.a(), 1e-5);
    assertEquals(moved.b(), found.b(), 1e-5);
    assertEquals(moved.c(), found.c(), 1e-3);
    assertEquals(moved.d(), found.d(), 1e-3);
    assertEquals(scale, found.scale(), 1e-5);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void noOtherTransformComesNearer(long seed) {
    Random random = new Random(seed);
    List<Point> to =
        FACE.stream()
            .map(
                point ->
                    new Point(
                        point.x() * 1.5f + 8 * random.nextFloat(),
                        point.y() * 1.5f + 8 * random.nextFloat()))
            .toList();
    Similarity best = Similarity.between(FACE, to);

    for (int i = 0; i < 200; i++) {
      Similarity other =
          new Similarity(
              best.a() + 0.02 * random.nextGaussian(),
              best.b() + 0.02 * random.nextGaussian(),
              best.c() + random.nextGaussian(),
              best.d() + random.nextGaussian());
      assertEquals(-1, Double.compare(error(best, to), error(other, to)));
    }
  }

  private static double error(Similarity transform, List<Point> to) {
    double sum = 0;
    for (int i = 0; i < to.size(); i++) {
      Point moved = transform.apply(FACE.get(i));
      sum += Math.pow(moved.x() - to.get(i).x(), 2) + Math.pow(moved.y() - to.get(i).y(), 2);
    }
    return sum;
  }

  @Test
  void inverseLeadsBack() {
    Similarity transform = new Similarity(0.3, -1.2, 17, -40);

    for (Point point : FACE) {
      Point back = transform.inverse().apply(transform.apply(point));
      assertEquals(point.x(), back.x(), 1e-3);
      assertEquals(point.y(), back.y(), 1e-3);
    }
  }

  @Test
  void refusesPointsThatSpanNothing() {
    List<Point> together = Collections.nCopies(5, new Point(3, 4));
    List<Point> broken = Collections.nCopies(5, new Point(Float.NaN, 4));
    List<Point> endless =
        List.of(
            new Point(Float.POSITIVE_INFINITY, 0),
            FACE.get(1),
            FACE.get(2),
            FACE.get(3),
            FACE.get(4));

    assertThrows(IllegalArgumentException.class, () -> Similarity.between(together, FACE));
    assertThrows(IllegalArgumentException.class, () -> Similarity.between(broken, FACE));
    assertThrows(IllegalArgumentException.class, () -> Similarity.between(endless, FACE));
  }
}
