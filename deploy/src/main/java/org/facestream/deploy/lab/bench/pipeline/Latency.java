package org.facestream.deploy.lab.bench.pipeline;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.jspecify.annotations.Nullable;

/**
 * How long something took, in milliseconds. What is not known is null.
 *
 * @param count how often
 * @param mean of all
 * @param p50 half took no longer
 * @param p95 95 of 100 took no longer
 * @param p99 99 of 100 took no longer
 * @param max the longest
 */
record Latency(
    long count,
    @Nullable Double mean,
    @Nullable Double p50,
    @Nullable Double p95,
    @Nullable Double p99,
    @Nullable Double max) {

  /** Of single measurements: the percentiles are measured values (nearest rank). */
  static Latency of(double[] milliseconds) {
    double[] sorted = milliseconds.clone();
    Arrays.sort(sorted);
    if (sorted.length == 0) {
      return new Latency(0, null, null, null, null, null);
    }
    return new Latency(
        sorted.length,
        Arrays.stream(sorted).average().orElseThrow(),
        rank(sorted, 0.50),
        rank(sorted, 0.95),
        rank(sorted, 0.99),
        sorted[sorted.length - 1]);
  }

  private static double rank(double[] sorted, double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  /**
   * Of a histogram: the mean is exact, a percentile is the bound of its histogram bucket; null when
   * they are beyond the last bound.
   *
   * @param metric of a timer, without {@code _bucket}
   */
  static Latency of(Scrape counted, String metric, Predicate<Scrape.Series> wanted) {
    double count = counted.sum(metric + "_count", wanted);
    if (count < 1) {
      return new Latency(0, null, null, null, null, null);
    }
    SortedMap<Double, Double> buckets = new TreeMap<>();
    counted
        .sums(metric + "_bucket", "le", wanted)
        .forEach(
            (bound, below) -> {
              if (!bound.equals("+Inf")) {
                buckets.merge(1000 * Double.parseDouble(bound), below, Double::sum);
              }
            });
    return new Latency(
        Math.round(count),
        1000 * counted.sum(metric + "_sum", wanted) / count,
        bound(buckets, 0.50 * count),
        bound(buckets, 0.95 * count),
        bound(buckets, 0.99 * count),
        null);
  }

  private static @Nullable Double bound(SortedMap<Double, Double> buckets, double least) {
    return buckets.entrySet().stream()
        .filter(bucket -> bucket.getValue() >= least)
        .map(SortedMap.Entry::getKey)
        .findFirst()
        .orElse(null);
  }
}
