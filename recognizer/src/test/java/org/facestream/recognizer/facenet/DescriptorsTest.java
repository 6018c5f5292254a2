package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.face.Point;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real detector and the real network on photographs of eight people. */
@Tag("bare")
class DescriptorsTest {
  private static Mtcnn mtcnn;
  private static Descriptors descriptors;
  private static List<Picture> pictures;
  private static List<LocatedFace> faces;
  private static List<float[]> described;

  @TempDir Path folder;

  @BeforeAll
  static void describeEverybody() {
    mtcnn = new Mtcnn(Device.CPU, 1);
    descriptors = new Descriptors(DescriptorModel.of("resnet34-128"), Device.CPU, 1);
    pictures = ShownPortraits.show(ShownPortraits.Change.NONE);
    faces = locate(pictures);
    described = descriptors.describe(faces);
  }

  @AfterAll
  static void close() {
    pictures.forEach(Picture::close);
    descriptors.close();
    mtcnn.close();
  }

  private static List<LocatedFace> locate(List<Picture> pictures) {
    List<List<Detection>> found = mtcnn.detect(pictures, MtcnnOptions.DEFAULT);
    List<LocatedFace> located = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      assertFalse(found.get(i).isEmpty(), "no face in portrait " + (i + 1));
      located.add(new LocatedFace(pictures.get(i), found.get(i).get(0).landmarks()));
    }
    return located;
  }

  @Test
  void noneOfEightPeopleIsTakenForAnother() {
    float threshold = descriptors.model().threshold();
    for (int i = 0; i < described.size(); i++) {
      assertEquals(128, described.get(i).length);
      for (int j = 0; j < i; j++) {
        float distance = Metric.EUCLIDEAN.distance(described.get(i), described.get(j));
        assertTrue(
            distance > threshold, "portraits %d and %d: %f".formatted(j + 1, i + 1, distance));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2.0, 0, 1, 0",
    "1.4, 0, 1, 0",
    "3.5, 0, 1, 0",
    "2.5, 10, 1, 0",
    "2.5, -14, 1, 0",
    "2.5, 0, 0.7, 0",
    "2.5, 0, 1, 30",
    "2.1, 6, 0.85, 10"
  })
  void aPersonStaysNear(double scale, double degrees, double contrast, double brightness) {
    List<Picture> changed =
        ShownPortraits.show(new ShownPortraits.Change(scale, degrees, contrast, brightness));
    try {
      List<List<Detection>> found = mtcnn.detect(changed, MtcnnOptions.DEFAULT);
      int compared = 0;
      for (int i = 0; i < changed.size(); i++) {
        if (!found.get(i).isEmpty()) {
          float[] again = descriptors.describe(changed.get(i), found.get(i).get(0).landmarks());
          float distance = Metric.EUCLIDEAN.distance(described.get(i), again);
          assertTrue(distance < 0.5, "portrait %d: %f".formatted(i + 1, distance));
          compared++;
        }
      }
      // One of the eight is cut so close that its face is not found in every change.
      assertTrue(compared >= changed.size() - 1, compared + " faces found");
    } finally {
      changed.forEach(Picture::close);
    }
  }

  @Test
  void aloneIsAsInABatch() {
    for (int i = 0; i < faces.size(); i++) {
      LocatedFace face = faces.get(i);
      assertArrayEquals(
          described.get(i), descriptors.describe(face.picture(), face.landmarks()), 1e-4f);
    }
  }

  @Test
  void moreFacesThanOneRunTakes() {
    List<LocatedFace> many = new ArrayList<>();
    for (int i = 0; i < Descriptors.MOST_CHIPS + 3; i++) {
      many.add(faces.get(i % faces.size()));
    }

    List<float[]> all = descriptors.describe(many);

    assertEquals(many.size(), all.size());
    for (int i = 0; i < all.size(); i++) {
      assertArrayEquals(described.get(i % faces.size()), all.get(i), 1e-4f);
    }
  }

  @Test
  void nothingToDescribe() {
    assertEquals(List.of(), descriptors.describe(List.of()));
  }

  @Test
  void landmarksThatSpanNoFaceAreRefused() {
    Landmarks together = Landmarks.of(Collections.nCopies(5, new Point(1, 1)));

    assertTrue(descriptors.canDescribe(faces.get(0).landmarks()));
    assertFalse(descriptors.canDescribe(together));
    assertThrows(
        IllegalArgumentException.class, () -> descriptors.describe(pictures.get(0), together));
  }

  @Test
  void timeInOnnxRuntimeIsCounted() {
    long before = descriptors.nanos();
    descriptors.describe(faces.subList(0, 1));
    assertTrue(descriptors.nanos() > before);
  }

  /** A face and its mirror image have the same mean, and length 1 is length 1. */
  @Test
  void mirroredAndNormalisedAsTheDefinitionSays() throws IOException {
    String json = new String(resource("resnet34-128.json"), StandardCharsets.UTF_8);
    Path file =
        Files.writeString(
            folder.resolve("both.json"),
            json.replace("\"resnet34-128\"", "\"both\"")
                .replace("\"mirrored\": false", "\"mirrored\": true")
                .replace("\"normalise\": false", "\"normalise\": true"));
    Files.write(folder.resolve("resnet34-128.onnx"), resource("resnet34-128.onnx"));

    try (Descriptors both = new Descriptors(DescriptorModel.of(file.toString()), Device.CPU, 1)) {
      List<float[]> means = both.describe(faces);
      for (int i = 0; i < means.size(); i++) {
        assertEquals(1, Metric.EUCLIDEAN.distance(means.get(i), new float[128]), 1e-5);
        float distance = Metric.COSINE.distance(means.get(i), described.get(i));
        assertTrue(distance > 1e-6 && distance < 0.1, "cosine distance " + distance);
      }
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = DescriptorModel.class.getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }
}
