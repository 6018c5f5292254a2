package org.facestream.recognizer.gallery.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GallerySnapshotTest {
  private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");

  /** A reference as the plain loop sees it. */
  private record Plain(String person, float[] descriptor, Instant expiry) {}

  private static float[] random(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian() * .09f;
    }
    return values;
  }

  private static Reference reference(String faceId, Plain plain) {
    return ReferenceBuilder.builder()
        .faceId(faceId)
        .personId(plain.person())
        .name(plain.person())
        .model("m")
        .descriptor(plain.descriptor())
        .thumbnail(new byte[0])
        .quality(1)
        .expiry(plain.expiry())
        .source("test")
        .enrolledAt(NOW)
        .build();
  }

  private static double distance(Metric metric, float[] a, float[] b) {
    double squares = 0;
    double product = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      squares += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      product += (double) a[i] * b[i];
      normA += (double) a[i] * a[i];
      normB += (double) b[i] * b[i];
    }
    return metric == Metric.EUCLIDEAN ? Math.sqrt(squares) : 1 - product / Math.sqrt(normA * normB);
  }

  private static List<Map.Entry<String, Double>> plainly(
      Map<String, Plain> references, float[] face, Metric metric, Reduction reduction) {
    Map<String, List<Double>> distances = new HashMap<>();
    for (Plain plain : references.values()) {
      if (plain.expiry() == null || plain.expiry().isAfter(NOW)) {
        distances
            .computeIfAbsent(plain.person(), person -> new ArrayList<>())
            .add(distance(metric, face, plain.descriptor()));
      }
    }
    return distances.entrySet().stream()
        .map(
            entry ->
                Map.entry(
                    entry.getKey(),
                    entry.getValue().stream()
                        .sorted()
                        .limit(reduction.nearest())
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow()))
        .sorted(Comparator.comparingDouble(Map.Entry::getValue))
        .toList();
  }

  /** The nearest people as a plain loop has them, however many of them do not count. */
  @ParameterizedTest
  @CsvSource({"8, EUCLIDEAN, 1", "9, COSINE, 1", "10, EUCLIDEAN, 2", "11, COSINE, 2147483647"})
  void counterExamplesCountAsInAPlainLoop(long seed, Metric metric, int nearest) {
    Reduction reduction = new Reduction(nearest);
    Random random = new Random(seed);
    ReferenceMatrix matrix = new ReferenceMatrix(new DescriptorSpace("m", 16, metric));
    Map<String, Plain> references = new LinkedHashMap<>();
    Map<String, Plain> denials = new LinkedHashMap<>();
    for (int i = 0; i < 1600; i++) {
      Plain plain = new Plain("p" + random.nextInt(200), random(random, 16), null);
      boolean denies = i % 2 == 0;
      (denies ? denials : references).put("f" + i, plain);
      matrix.put(reference("f" + i, plain).withDenies(denies ? true : null));
    }
    GallerySnapshot snapshot = matrix.publish(GalleryVersion.ofNumber(1));
    assertEquals(references.size(), snapshot.references());
    for (int i = 0; i < 60; i++) {
      float[] face = random(random, 16);
      Map<String, Double> denied = new HashMap<>();
      plainly(denials, face, metric, Reduction.MINIMUM)
          .forEach(entry -> denied.put(entry.getKey(), entry.getValue()));
      List<String> expected =
          plainly(references, face, metric, reduction).stream()
              .filter(entry -> !(denied.getOrDefault(entry.getKey(), 9d) < entry.getValue()))
              .limit(3)
              .map(Map.Entry::getKey)
              .toList();
      List<String> found =
          snapshot.match(new float[][] {face}, 3, reduction, NOW).get(0).stream()
              .map(Match.Candidate::personId)
              .toList();
      assertEquals(expected, found);
    }
  }

  /** Adds, replaces, removes and expires at random; then every distance as a plain loop has it. */
  @ParameterizedTest
  @CsvSource({
    "1, 128, 3000, EUCLIDEAN, 1",
    "2, 128, 3000, COSINE, 1",
    "3, 512, 1200, COSINE, 2147483647",
    "4, 37, 2500, EUCLIDEAN, 2147483647",
    "5, 3, 4000, EUCLIDEAN, 1",
    "6, 128, 3000, EUCLIDEAN, 3",
    "7, 64, 3000, COSINE, 2",
  })
  void matchesAsAPlainLoopDoes(long seed, int length, int changes, Metric metric, int nearest) {
    Reduction reduction = new Reduction(nearest);
    Random random = new Random(seed);
    ReferenceMatrix matrix = new ReferenceMatrix(new DescriptorSpace("m", length, metric));
    Map<String, Plain> plain = new LinkedHashMap<>();
    for (int change = 0; change < changes; change++) {
      String faceId = "f" + random.nextInt(changes);
      if (random.nextInt(3) == 0) {
        matrix.remove(faceId);
        plain.remove(faceId);
      } else {
        Plain added =
            new Plain(
                "p" + random.nextInt(changes / 4),
                random(random, length),
                random.nextInt(10) == 0 ? NOW.plusSeconds(random.nextInt(3) - 1) : null);
        matrix.put(reference(faceId, added));
        plain.put(faceId, added);
      }
      if (change % 500 == 0) {
        matrix.publish(GalleryVersion.ofNumber(change));
      }
    }
    // Most of the gallery goes, so that sparse blocks are emptied into others.
    for (String faceId : List.copyOf(plain.keySet())) {
      if (random.nextInt(10) < 6) {
        matrix.remove(faceId);
        plain.remove(faceId);
      }
    }
    GallerySnapshot snapshot = matrix.publish(GalleryVersion.ofNumber(1));
    assertEquals(plain.size(), snapshot.references());
    assertEquals(plain.values().stream().map(Plain::person).distinct().count(), snapshot.people());
    float[][] faces = new float[7][];
    for (int face = 0; face < faces.length; face++) {
      faces[face] = random(random, length);
    }
    List<List<Match.Candidate>> results = snapshot.match(faces, 5, reduction, NOW);
    assertEquals(faces.length, results.size());
    for (int face = 0; face < faces.length; face++) {
      List<Map.Entry<String, Double>> expected =
          plainly(plain, faces[face], metric, reduction).subList(0, 5);
      List<Match.Candidate> found = results.get(face);
      for (int rank = 0; rank < 5; rank++) {
        assertEquals(expected.get(rank).getKey(), found.get(rank).personId());
        assertEquals(expected.get(rank).getValue(), found.get(rank).distance(), 1e-6);
        assertEquals(found.get(rank).personId(), plain.get(found.get(rank).reference()).person());
      }
      // The reference that is named is the person's nearest, whatever the others count.
      for (Match.Candidate candidate : found) {
        assertEquals(
            plainly(plain, faces[face], metric, Reduction.MINIMUM).stream()
                .filter(entry -> entry.getKey().equals(candidate.personId()))
                .findFirst()
                .orElseThrow()
                .getValue(),
            distance(metric, faces[face], plain.get(candidate.reference()).descriptor()),
            1e-6);
      }
      // Only some persons: as if the others were not there.
      Predicate<String> some = person -> person.hashCode() % 7 == 0;
      List<Map.Entry<String, Double>> expectedOfSome =
          plainly(plain, faces[face], metric, reduction).stream()
              .filter(entry -> some.test(entry.getKey()))
              .limit(5)
              .toList();
      List<Match.Candidate> foundOfSome =
          snapshot
              .match(
                  new float[][] {faces[face]}, 5, reduction, NOW, person -> some.test(person.id()))
              .get(0);
      assertEquals(
          expectedOfSome.stream().map(Map.Entry::getKey).toList(),
          foundOfSome.stream().map(Match.Candidate::personId).toList());
      // Alone as in a batch.
      assertEquals(found, snapshot.match(new float[][] {faces[face]}, 5, reduction, NOW).get(0));
    }
  }

  @Test
  void theSameDescriptorIsAtDistanceZero() {
    Random random = new Random(6);
    for (Metric metric : Metric.values()) {
      ReferenceMatrix matrix = new ReferenceMatrix(new DescriptorSpace("m", 128, metric));
      float[] descriptor = random(random, 128);
      matrix.put(reference("f", new Plain("p", descriptor, null)));
      assertEquals(
          0f,
          matrix
              .publish(GalleryVersion.ofNumber(1))
              .match(new float[][] {descriptor}, 1, Reduction.MINIMUM, NOW)
              .get(0)
              .get(0)
              .distance());
    }
  }

  @Test
  void refusesADescriptorOfAnotherLength() {
    GallerySnapshot snapshot =
        new ReferenceMatrix(new DescriptorSpace("m", 128, Metric.EUCLIDEAN))
            .publish(GalleryVersion.ofNumber(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> snapshot.match(new float[1][127], 1, Reduction.MINIMUM, NOW));
  }

  /** A snapshot that is read while the gallery changes keeps saying what it said. */
  @Test
  void aSnapshotNeverChanges() throws InterruptedException {
    int length = 8;
    Random random = new Random(7);
    ReferenceMatrix matrix =
        new ReferenceMatrix(new DescriptorSpace("m", length, Metric.EUCLIDEAN));
    for (int i = 0; i < 1500; i++) {
      matrix.put(reference("f" + i, new Plain("p" + i % 300, random(random, length), null)));
    }
    GallerySnapshot snapshot = matrix.publish(GalleryVersion.ofNumber(1));
    float[][] faces = {random(random, length), random(random, length)};
    List<List<Match.Candidate>> before = snapshot.match(faces, 300, Reduction.MINIMUM, NOW);
    AtomicReference<List<List<Match.Candidate>>> different = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              for (int i = 0; i < 200 && different.get() == null; i++) {
                var again = snapshot.match(faces, 300, Reduction.MINIMUM, NOW);
                if (!again.equals(before)) {
                  different.set(again);
                }
              }
            },
            "reader");
    reader.start();
    for (int i = 0; reader.isAlive() || i < 3000; i++) {
      String faceId = "f" + random.nextInt(3000);
      if (random.nextInt(2) == 0) {
        matrix.remove(faceId);
      } else {
        String person = "p" + random.nextInt(600);
        matrix.put(
            ReferenceBuilder.builder()
                .faceId(faceId)
                .personId(person)
                .name("renamed " + i)
                .model("m")
                .descriptor(random(random, length))
                .thumbnail(new byte[0])
                .quality(1)
                .source("test")
                .enrolledAt(NOW)
                .build());
      }
      matrix.publish(GalleryVersion.ofNumber(i));
    }
    reader.join();
    assertTrue(different.get() == null, "the snapshot changed");
    assertEquals(before, snapshot.match(faces, 300, Reduction.MINIMUM, NOW));
  }
}
