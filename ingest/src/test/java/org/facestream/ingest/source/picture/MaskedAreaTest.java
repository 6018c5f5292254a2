package org.facestream.ingest.source.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;

/** Areas on white pictures, against the definition of what an outline goes round. */
class MaskedAreaTest {
  private static final int WIDTH = 97;
  private static final int HEIGHT = 61;

  @Test
  void whatAnOutlineGoesRoundTwiceIsBlack() {
    List<Polygon.Point> once = List.of(point(.1, .1), point(.9, .1), point(.9, .9), point(.1, .9));
    List<Polygon.Point> twice = new ArrayList<>(once);
    twice.addAll(once);
    assertEquals(check(once, "once"), check(twice, "twice"));
  }

  @Test
  void everyPixelInsideIsBlackWhateverTheOutline() {
    Random random = new Random(5);
    for (int round = 0; round < 400; round++) {
      List<Polygon.Point> corners = new ArrayList<>();
      int count = 3 + random.nextInt(12);
      // Coarse numbers meet each other, and fine ones do not.
      double grid = random.nextBoolean() ? 10 : 1e6;
      for (int i = 0; i < count; i++) {
        corners.add(point(share(random, grid), share(random, grid)));
      }
      check(corners, round + ": " + corners);
    }
  }

  @Test
  void whateverIsAcceptedAsAPolygonCoversAllThatItContains() {
    Random random = new Random(6);
    int accepted = 0;
    for (int round = 0; round < 1000; round++) {
      List<Polygon.Point> corners = new ArrayList<>();
      int count = 3 + random.nextInt(5);
      for (int i = 0; i < count; i++) {
        corners.add(point(share(random, 8), share(random, 8)));
      }
      try {
        Polygon polygon = new Polygon(corners).simple();
        accepted++;
        assertTrue(check(polygon.points(), round + ": " + corners) > 0, corners::toString);
      } catch (UserError refused) {
        // Random corners cross more often than not.
      }
    }
    assertTrue(accepted > 150, "accepted: " + accepted);
  }

  /** Returns how many pixels are black. */
  private static int check(List<Polygon.Point> corners, String name) {
    int black = 0;
    try (MaskedArea area = new MaskedArea(corners, WIDTH, HEIGHT);
        Scalar colour = new Scalar(0);
        Scalar white = new Scalar(255, 255, 255, 0);
        Mat picture = new Mat(HEIGHT, WIDTH, opencv_core.CV_8UC3, white);
        UByteIndexer pixels = picture.createIndexer()) {
      area.fill(picture, colour);
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          int value = pixels.get(y, x, 0);
          black += value == 0 ? 1 : 0;
          if (turns(corners, x + .5, y + .5) != 0) {
            assertEquals(0, value, x + "," + y + " of " + name);
          } else if (distance(corners, x + .5, y + .5) > 3.6) {
            assertEquals(255, value, x + "," + y + " of " + name);
          }
        }
      }
    }
    return black;
  }

  /** How often an outline goes round a place: edges that pass left of it, up less down. */
  private static int turns(List<Polygon.Point> corners, double x, double y) {
    int turns = 0;
    for (int i = 0; i < corners.size(); i++) {
      Polygon.Point a = corners.get(i);
      Polygon.Point b = corners.get((i + 1) % corners.size());
      boolean above = a.y() * HEIGHT <= y;
      if (above != (b.y() * HEIGHT <= y)) {
        double share = (y - a.y() * HEIGHT) / ((b.y() - a.y()) * HEIGHT);
        if ((a.x() + share * (b.x() - a.x())) * WIDTH < x) {
          turns += above ? 1 : -1;
        }
      }
    }
    return turns;
  }

  private static double distance(List<Polygon.Point> corners, double x, double y) {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < corners.size(); i++) {
      Polygon.Point a = corners.get(i);
      Polygon.Point b = corners.get((i + 1) % corners.size());
      least =
          Math.min(
              least,
              Line2D.ptSegDist(a.x() * WIDTH, a.y() * HEIGHT, b.x() * WIDTH, b.y() * HEIGHT, x, y));
    }
    return least;
  }

  private static double share(Random random, double grid) {
    return Math.rint(random.nextDouble() * grid) / grid;
  }

  private static Polygon.Point point(double x, double y) {
    return new Polygon.Point(x, y);
  }
}
