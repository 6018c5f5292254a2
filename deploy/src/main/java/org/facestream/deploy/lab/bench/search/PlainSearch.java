package org.facestream.deploy.lab.bench.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** Compares every face with every query, in double precision, and measures a plain float loop. */
final class PlainSearch {
  private record Near(long row, double square) {}

  private final float[][] queries;
  private final int most;
  private final List<PriorityQueue<Near>> nearest = new ArrayList<>();

  /** So that the measured loop is not left out by the compiler. */
  private float least = Float.POSITIVE_INFINITY;

  PlainSearch(float[][] queries, int most) {
    this.queries = queries;
    this.most = most;
    for (int i = 0; i < queries.length; i++) {
      nearest.add(new PriorityQueue<>(Comparator.comparingDouble(Near::square).reversed()));
    }
  }

  /** Compares; returns the milliseconds of a float loop for one query. */
  double over(MadeUpFaces faces, int count, int chunk) {
    int values = faces.values();
    float[][] rows = new float[chunk][values];
    long nanos = 0;
    for (int first = 0; first < count; first += chunk) {
      int here = Math.min(chunk, count - first);
      for (int i = 0; i < here; i++) {
        faces.fill(first + i, rows[i]);
      }
      long start = System.nanoTime();
      for (int i = 0; i < here; i++) {
        least = Math.min(least, square(queries[0], rows[i]));
      }
      nanos += System.nanoTime() - start;
      for (int query = 0; query < queries.length; query++) {
        for (int i = 0; i < here; i++) {
          offer(query, first + i + 1L, exactly(queries[query], rows[i]));
        }
      }
    }
    return nanos / 1e6;
  }

  private static float square(float[] one, float[] other) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int i = 0;
    for (; i + 4 <= one.length; i += 4) {
      float difference0 = one[i] - other[i];
      float difference1 = one[i + 1] - other[i + 1];
      float difference2 = one[i + 2] - other[i + 2];
      float difference3 = one[i + 3] - other[i + 3];
      sum0 += difference0 * difference0;
      sum1 += difference1 * difference1;
      sum2 += difference2 * difference2;
      sum3 += difference3 * difference3;
    }
    for (; i < one.length; i++) {
      sum0 += (one[i] - other[i]) * (one[i] - other[i]);
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private static double exactly(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = (double) one[i] - other[i];
      sum += difference * difference;
    }
    return sum;
  }

  private void offer(int query, long row, double square) {
    PriorityQueue<Near> queue = nearest.get(query);
    if (queue.size() < most || square < queue.element().square()) {
      queue.add(new Near(row, square));
      if (queue.size() > most) {
        queue.remove();
      }
    }
  }

  /** Which part of the nearest rows was found. */
  double recall(List<Set<Long>> found) {
    int all = 0;
    int both = 0;
    for (int query = 0; query < queries.length; query++) {
      for (Near near : nearest.get(query)) {
        all++;
        both += found.get(query).contains(near.row()) ? 1 : 0;
      }
    }
    return both / (double) all;
  }
}
