package org.facestream.detector.mtcnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.facestream.detector.face.Box;
import org.facestream.detector.face.Point;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The accuracy of the cascade, on photographs that are not part of the project. measurements.md has
 * the command and the figures.
 */
class MtcnnAccuracyTest {
  private static final MtcnnOptions FINE = MtcnnOptions.DEFAULT.withMinFaceSize(20);

  private static Path data;
  private static Mtcnn mtcnn;

  @BeforeAll
  static void load() {
    String folder = System.getProperty("facestream.data");
    assumeTrue(folder != null, "needs -Dfacestream.data=<folder of photographs>");
    data = Path.of(folder);
    mtcnn = new Mtcnn(Device.CPU, 1);
  }

  @AfterAll
  static void unload() {
    if (mtcnn != null) {
      mtcnn.close();
    }
  }

  /** Against an independent cascade over the same weights. */
  @Test
  void agreesWithTheOracle() throws IOException {
    JsonNode oracle = new ObjectMapper().readTree(data.resolve("oracle/mtcnn.json").toFile());
    int faces = 0;
    int found = 0;
    int near = 0;
    int extra = 0;
    for (JsonNode image : oracle.get("images")) {
      List<Detection> rest = detect(data.resolve(image.get("file").asText()), FINE);
      for (JsonNode face : image.get("faces")) {
        faces++;
        // It numbers pixels from 1, so its edges on the left and above are one too far.
        Box numbered = box(face.get("box"));
        Box box =
            new Box(numbered.left() - 1, numbered.top() - 1, numbered.right(), numbered.bottom());
        Detection best = best(rest, box);
        if (best != null && best.box().iou(box) > 0.7) {
          found++;
          rest.remove(best);
          near += error(best, face.get("landmarks")) <= 0.05 * box.width() ? 1 : 0;
        }
      }
      extra += rest.size();
    }
    System.out.printf(
        "oracle: %d faces, %d found (%.1f %%), %d of them with landmarks within 5 %%, %d extra%n",
        faces, found, 100.0 * found / faces, near, extra);
    assertTrue(found >= 0.98 * faces);
    assertTrue(near >= 0.95 * faces);
    // Looked at one by one: all but one are faces that the oracle has not.
    assertTrue(extra <= 7);
  }

  /** Against boxes and 68 landmarks made by hand. */
  @Test
  void findsWhatPeopleHaveMarked() throws IOException {
    int faces = 0;
    int found = 0;
    int extra = 0;
    double shiftX = 0;
    double shiftY = 0;
    double error = 0;
    for (Map.Entry<Path, List<MarkedFaces.Face>> picture :
        MarkedFaces.ofDlib(data.resolve("detection/dlib-faces")).entrySet()) {
      List<Detection> rest = detect(picture.getKey(), FINE);
      for (MarkedFaces.Face marked : picture.getValue()) {
        faces++;
        Detection best = best(rest, marked.box());
        if (best == null || best.box().iou(marked.box()) < 0.35) {
          continue;
        }
        found++;
        rest.remove(best);
        List<Point> truth = marked.landmarks().points();
        for (int k = 0; k < 5; k++) {
          double x = best.landmarks().points().get(k).x() - truth.get(k).x();
          double y = best.landmarks().points().get(k).y() - truth.get(k).y();
          shiftX += x / 5;
          shiftY += y / 5;
          error += Math.hypot(x, y) / best.box().width() / 5;
        }
      }
      extra += rest.size();
    }
    System.out.printf(
        "marked: %d faces, %d found, %d extra; landmarks off by %.4f of the width,"
            + " shifted by %.2f and %.2f pixels%n",
        faces, found, extra, error / found, shiftX / found, shiftY / found);
    assertEquals(faces, found);
    assertTrue(extra <= 1);
    assertTrue(error / found < 0.035);
  }

  /** Against the boxes of WIDER FACE and the ellipses of FDDB, faces of 20 pixels and more. */
  @Test
  void findsWhatBenchmarksHaveMarked() throws IOException {
    Map<Path, List<Box>> truth = MarkedFaces.ofBenchmarks(data.resolve("detection"));
    int faces = 0;
    int found = 0;
    int good = 0;
    int further = 0;
    double overlap = 0;
    for (Map.Entry<Path, List<Box>> picture : truth.entrySet()) {
      List<Detection> rest = detect(picture.getKey(), FINE);
      for (Box box : picture.getValue()) {
        Detection best = best(rest, box);
        boolean hit = best != null && best.box().iou(box) >= 0.4;
        if (hit) {
          rest.remove(best);
        }
        if (box.width() >= 20 && box.height() >= 20) {
          faces++;
          found += hit ? 1 : 0;
          good += hit && best.box().iou(box) >= 0.6 ? 1 : 0;
          overlap += hit ? best.box().iou(box) : 0;
        }
      }
      further += rest.size();
    }
    System.out.printf(
        "benchmarks: %d pictures, %d faces, %d found (%d with IoU above 0.6), mean IoU %.4f,"
            + " %d further boxes%n",
        truth.size(), faces, found, good, overlap / found, further);
    assertTrue(found >= 92);
    assertTrue(further <= 8);
  }

  @Test
  void findsNoFaceWhereThereIsNone() throws IOException {
    MtcnnOptions strict = MtcnnOptions.DEFAULT.withThresholds(0.6f, 0.7f, 0.8f);
    int boxes = 0;
    List<Path> files = files(data.resolve("negatives"));
    for (Path file : files) {
      boxes += detect(file, strict).size();
    }
    System.out.printf("negatives: %d pictures, %d boxes%n", files.size(), boxes);
    assertTrue(boxes <= 1);
  }

  /** 200 pictures of many sizes: whatever goes together and with however many threads. */
  @Test
  void findsTheSameAloneAndInABatch() throws IOException {
    List<Path> paths = new ArrayList<>(files(data.resolve("negatives")));
    try (Stream<Path> walk = Files.walk(data.resolve("detection"))) {
      walk.filter(file -> file.toString().matches(".*\\.(jpg|png)")).sorted().forEach(paths::add);
    }
    List<Path> people = files(data.resolve("lfw-dev/images"));
    for (int i = 0; paths.size() < 200; i++) {
      paths.add(files(people.get(i)).get(0));
    }
    paths = new ArrayList<>(paths.subList(0, 200));
    Collections.shuffle(paths, new Random(7));
    int faces = 0;
    double scores = 0;
    double pixels = 0;
    try (Mtcnn two = new Mtcnn(Device.CPU, 2);
        Mtcnn four = new Mtcnn(Device.CPU, 4)) {
      for (int from = 0; from < 200; from += 20) {
        List<Picture> pictures = new ArrayList<>();
        try {
          for (Path path : paths.subList(from, from + 20)) {
            pictures.add(decoded(path));
          }
          List<List<Detection>> alone = new ArrayList<>();
          for (Picture picture : pictures) {
            alone.addAll(mtcnn.detect(List.of(picture), FINE));
          }
          for (Mtcnn other : List.of(mtcnn, two, four)) {
            List<List<Detection>> together = other.detect(pictures, FINE);
            for (int i = 0; i < pictures.size(); i++) {
              assertEquals(alone.get(i).size(), together.get(i).size());
              faces += alone.get(i).size();
              for (int j = 0; j < alone.get(i).size(); j++) {
                Detection one = alone.get(i).get(j);
                Detection same = together.get(i).get(j);
                scores = Math.max(scores, Math.abs(one.score() - same.score()));
                pixels = Math.max(pixels, distance(one, same) / one.box().width());
              }
            }
          }
        } finally {
          pictures.forEach(Picture::close);
        }
      }
    }
    System.out.printf(
        "alone and in a batch: %d comparisons, scores within %.1e, edges and landmarks within %.1e"
            + " of the width%n",
        faces, scores, pixels);
    assertTrue(scores < 1e-4);
    assertTrue(pixels < 1e-4);
  }

  private static double distance(Detection one, Detection other) {
    double most =
        Math.max(
            Math.max(
                Math.abs(one.box().left() - other.box().left()),
                Math.abs(one.box().top() - other.box().top())),
            Math.max(
                Math.abs(one.box().right() - other.box().right()),
                Math.abs(one.box().bottom() - other.box().bottom())));
    for (int k = 0; k < 5; k++) {
      Point here = one.landmarks().points().get(k);
      Point there = other.landmarks().points().get(k);
      most = Math.max(most, Math.hypot(here.x() - there.x(), here.y() - there.y()));
    }
    return most;
  }

  @Test
  void findsAFaceInEveryPortrait() throws IOException {
    int empty = 0;
    int pictures = 0;
    for (Path person : files(data.resolve("lfw-dev/images"))) {
      for (Path file : files(person)) {
        pictures++;
        if (detect(file, MtcnnOptions.DEFAULT).isEmpty()) {
          System.out.println("no face in " + file.getFileName());
          empty++;
        }
      }
    }
    System.out.printf("portraits: %d pictures, %d without a face%n", pictures, empty);
    assertEquals(0, empty);
  }

  private static List<Detection> detect(Path file, MtcnnOptions options) throws IOException {
    try (Picture picture = decoded(file)) {
      return new ArrayList<>(mtcnn.detect(List.of(picture), options).get(0));
    }
  }

  private static Picture decoded(Path file) throws IOException {
    try {
      return Picture.decodeStill(Files.readAllBytes(file));
    } catch (UnreadablePictureException damaged) {
      throw new IOException(file.toString(), damaged);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.sorted().toList();
    }
  }

  private static Detection best(List<Detection> found, Box box) {
    Detection best = null;
    for (Detection one : found) {
      if (best == null || one.box().iou(box) > best.box().iou(box)) {
        best = one;
      }
    }
    return best;
  }

  /** The mean distance of the five, in pixels. */
  private static double error(Detection face, JsonNode landmarks) {
    double sum = 0;
    for (int k = 0; k < 5; k++) {
      Point point = face.landmarks().points().get(k);
      sum +=
          Math.hypot(
              point.x() - landmarks.get(k).get(0).asDouble(),
              point.y() - landmarks.get(k).get(1).asDouble());
    }
    return sum / 5;
  }

  private static Box box(JsonNode edges) {
    return new Box(
        (float) edges.get(0).asDouble(),
        (float) edges.get(1).asDouble(),
        (float) edges.get(2).asDouble(),
        (float) edges.get(3).asDouble());
  }
}
