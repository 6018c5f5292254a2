package org.facestream.sink.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.facestream.recognizer.facenet.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every search of the index equals a plain comparison in double precision. */
class IndexScanTest {
  private static final String DAY = "2026-11-30";

  @TempDir Path folder;

  private void write(List<IndexedFace> faces) throws Exception {
    try (FaceIndex index = FaceIndex.open(folder);
        IndexChange change = new IndexChange(index)) {
      for (IndexedFace face : faces) {
        change.add(face.row() % 3 == 0 ? "2026-11-29" : DAY, "m", 1, face);
      }
      change.publish(1);
    }
  }

  private static List<IndexedFace> rows(List<float[]> descriptors) {
    List<IndexedFace> faces = new ArrayList<>();
    for (float[] descriptor : descriptors) {
      // Rows do not come in their order.
      long row = 1 + (faces.size() * 7919L) % 1_000_003;
      faces.add(new IndexedFace(row, row, descriptor));
    }
    return faces;
  }

  private void assertExact(List<IndexedFace> faces, List<float[]> queries, Metric metric)
      throws Exception {
    write(faces);
    try (FaceIndex index = FaceIndex.open(folder);
        IndexScan scan = new IndexScan(2)) {
      assertEquals(faces.size(), index.rows());
      for (float[] query : queries) {
        for (int most : new int[] {1, 10, 300, 2 * faces.size()}) {
          assertEquals(
              MadeUp.nearest(faces, query, metric, most), scan.nearest(index, query, metric, most));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void amongRandomDescriptors(Metric metric) throws Exception {
    MadeUp made = new MadeUp(1, 128);
    List<float[]> descriptors = new ArrayList<>();
    List<float[]> queries = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      descriptors.add(made.unit());
    }
    for (int i = 0; i < 4; i++) {
      queries.add(made.unit());
      queries.add(made.near(descriptors.get(700 * i), .3));
      queries.add(descriptors.get(701 * i));
    }
    assertExact(rows(descriptors), queries, metric);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void amongFewPeopleThatAreAlike(Metric metric) throws Exception {
    MadeUp made = new MadeUp(2, 512);
    List<float[]> descriptors = new ArrayList<>();
    List<float[]> queries = new ArrayList<>();
    for (int person = 0; person < 5; person++) {
      float[] centre = made.unit();
      // From a hundredth of the error of the codes to a hundred times of it.
      for (double away = 1e-4; away < 1; away *= 1.02) {
        descriptors.add(made.near(centre, away));
      }
      queries.add(centre);
      queries.add(made.near(centre, .01));
    }
    assertExact(rows(descriptors), queries, metric);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 67, 4096})
  void ofAnyLength(int values) throws Exception {
    MadeUp made = new MadeUp(values, values);
    List<float[]> descriptors = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      // Lengths differ by four orders of magnitude.
      descriptors.add(MadeUp.scaled(made.unit(), Math.pow(10, i % 5 - 2)));
    }
    for (Metric metric : Metric.values()) {
      if (metric == Metric.COSINE && values == 1) {
        continue;
      }
      folder = folder.resolve(metric.name());
      assertExact(
          rows(descriptors),
          List.of(made.unit(), MadeUp.scaled(descriptors.get(3), 1.01), descriptors.get(599)),
          metric);
    }
  }

  @Test
  void thousandsOfTheSameDescriptorNeedNoMoreMemoryThanIsWanted() throws Exception {
    MadeUp made = new MadeUp(5, 32);
    float[] same = made.unit();
    List<float[]> descriptors = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      descriptors.add(i % 1000 == 17 ? made.unit() : same);
    }
    List<IndexedFace> faces = rows(descriptors);
    write(faces);
    try (FaceIndex index = FaceIndex.open(folder);
        IndexScan scan = new IndexScan(2)) {
      for (int most : new int[] {1, 10, 1000}) {
        assertEquals(
            MadeUp.nearest(faces, same, Metric.EUCLIDEAN, most),
            scan.nearest(index, same, Metric.EUCLIDEAN, most));
      }
    }
  }

  @Test
  void zerosAndWhatIsNoNumber() throws Exception {
    MadeUp made = new MadeUp(6, 16);
    List<IndexedFace> faces = new ArrayList<>();
    float[] broken = made.unit();
    broken[3] = Float.NaN;
    faces.add(new IndexedFace(1, 1, made.unit()));
    faces.add(new IndexedFace(2, 1, new float[16]));
    faces.add(new IndexedFace(4, 1, broken));
    faces.add(new IndexedFace(5, 1, MadeUp.scaled(made.unit(), 1e-30)));
    faces.add(new IndexedFace(7, 1, MadeUp.scaled(made.unit(), 1e15)));
    write(faces);
    float[] query = made.unit();
    try (FaceIndex index = FaceIndex.open(folder);
        IndexScan scan = new IndexScan(1)) {
      assertEquals(
          Set.of(1L, 2L, 5L, 7L),
          Set.copyOf(
              scan.nearest(index, query, Metric.EUCLIDEAN, 9).stream()
                  .map(IndexScan.Hit::row)
                  .toList()));
      List<IndexScan.Hit> byAngle = scan.nearest(index, query, Metric.COSINE, 9);
      assertTrue(byAngle.stream().allMatch(hit -> Float.isFinite(hit.distance())));
      assertTrue(
          byAngle.stream().map(IndexScan.Hit::row).toList().containsAll(List.of(1L, 7L)),
          byAngle.toString());
      assertThrows(
          IllegalArgumentException.class,
          () -> scan.nearest(index, new float[16], Metric.EUCLIDEAN, 1));
      assertThrows(
          IllegalArgumentException.class, () -> scan.nearest(index, broken, Metric.EUCLIDEAN, 1));
      assertEquals(List.of(), scan.nearest(index, new float[] {1}, Metric.EUCLIDEAN, 1));
    }
  }
}
