package org.facestream.deploy.lab.bench.search;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.sink.search.FaceIndex;
import org.facestream.sink.search.IndexChange;
import org.facestream.sink.search.IndexScan;
import org.facestream.sink.search.IndexedFace;

/**
 * {@code facestream bench search}: writes an index of made-up faces, opens it, searches, and
 * compares with a plain loop over the floats.
 *
 * @param faces in the index
 * @param values of a descriptor
 * @param most faces that a search is asked for
 * @param searches that are measured
 * @param threads of a search
 * @param folder for the index
 */
record SearchBench(int faces, int values, int most, int searches, int threads, Path folder) {
  private static final String MODEL = "bench";
  private static final int A_DAY = 250_000;
  private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);
  private static final int CHUNK = 4096;

  SearchBench {
    if (faces < 1 || faces > 50_000_000) {
      throw new UserError("--faces must be 1 to 50000000.");
    }
    if (values < 2 || values > 4096) {
      throw new UserError("--values must be 2 to 4096.");
    }
    if (most < 1 || most > 1000) {
      throw new UserError("--limit must be 1 to 1000.");
    }
    if (searches < 1 || searches > 1000) {
      throw new UserError("--searches must be 1 to 1000.");
    }
    if (threads < 1 || threads > 256) {
      throw new UserError("--threads must be 1 to 256.");
    }
  }

  /**
   * What it gave.
   *
   * @param faces in the index
   * @param write microseconds to write a face
   * @param open milliseconds to open the index
   * @param first milliseconds of the first search
   * @param search milliseconds of a search, the median
   * @param plain milliseconds of a plain loop over floats in memory, by one thread
   * @param bytes per face
   * @param recall which part of the faces that the plain comparison finds the search finds
   */
  record Result(
      int faces,
      @JsonProperty("write_us_per_face") double write,
      @JsonProperty("open_ms") double open,
      @JsonProperty("first_search_ms") double first,
      @JsonProperty("search_ms") double search,
      @JsonProperty("plain_ms") double plain,
      @JsonProperty("bytes_per_face") Bytes bytes,
      double recall) {}

  /**
   * Bytes per face.
   *
   * @param scanned what a search reads, which stays in the system's cache of files
   * @param disk of all files
   * @param process of the process's memory
   */
  record Bytes(double scanned, double disk, double process) {}

  Result run() throws IOException, InterruptedException {
    MadeUpFaces madeUp = new MadeUpFaces(values);
    double write = write(madeUp);
    long before = usedBytes();
    long start = System.nanoTime();
    try (FaceIndex index = FaceIndex.open(folder);
        IndexScan scan = new IndexScan(threads)) {
      double open = since(start);
      float[][] queries = queries(madeUp);
      double[] times = new double[searches];
      List<Set<Long>> found = new ArrayList<>();
      for (int i = 0; i < searches; i++) {
        start = System.nanoTime();
        List<IndexScan.Hit> hits = scan.nearest(index, queries[i], Metric.EUCLIDEAN, most);
        times[i] = since(start);
        found.add(new HashSet<>(hits.stream().map(IndexScan.Hit::row).toList()));
      }
      double first = times[0];
      Arrays.sort(times);
      double process = Math.max(0, usedBytes() - before) / (double) faces;
      PlainSearch plain = new PlainSearch(queries, most);
      double loop = plain.over(madeUp, faces, CHUNK);
      return new Result(
          faces,
          write,
          open,
          first,
          times[times.length / 2],
          loop,
          new Bytes(index.scannedBytes() / (double) faces, index.bytes() / (double) faces, process),
          plain.recall(found));
    }
  }

  private double write(MadeUpFaces madeUp) throws IOException {
    long nanos = 0;
    float[] descriptor = new float[values];
    try (FaceIndex index = FaceIndex.open(folder);
        IndexChange change = new IndexChange(index)) {
      for (int number = 0; number < faces; number++) {
        madeUp.fill(number, descriptor);
        long start = System.nanoTime();
        change.add(
            FIRST_DAY.plusDays(number / A_DAY).toString(),
            MODEL,
            1,
            new IndexedFace(number + 1L, number, descriptor));
        nanos += System.nanoTime() - start;
      }
      long start = System.nanoTime();
      change.publish(1);
      nanos += System.nanoTime() - start;
    }
    return nanos / 1e3 / faces;
  }

  /** Other faces of people who are there, and of strangers. */
  private float[][] queries(MadeUpFaces madeUp) {
    float[][] queries = new float[searches][];
    for (int i = 0; i < searches; i++) {
      queries[i] = madeUp.descriptor(i % 2 == 0 ? 997L * i % faces : 1_000_000_000L + 10L * i);
      queries[i][i % values] += 0.1f;
    }
    return queries;
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static long usedBytes() throws InterruptedException {
    // Twice, with time for what is freed by the first.
    for (int i = 0; i < 2; i++) {
      System.gc();
      Thread.sleep(100);
    }
    Runtime runtime = Runtime.getRuntime();
    long outside =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return runtime.totalMemory() - runtime.freeMemory() + outside;
  }

  String text(Result result) {
    return String.format(
        Locale.ROOT,
        "%d faces of %d values, %d threads, the nearest %d of %d searches%n"
            + "write   %8.1f us a face%n"
            + "open    %8.1f ms%n"
            + "search  %8.1f ms (the first %.1f ms)%n"
            + "plain   %8.1f ms (a loop over floats in memory, 1 thread)%n"
            + "bytes   %8.1f a face are read by a search, %.1f on the disk, %.1f in the process%n"
            + "recall  %8.4f%n",
        faces,
        values,
        threads,
        most,
        searches,
        result.write(),
        result.open(),
        result.search(),
        result.first(),
        result.plain(),
        result.bytes().scanned(),
        result.bytes().disk(),
        result.bytes().process(),
        result.recall());
  }
}
