package org.facestream.recognizer.facenet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Every network that comes with the program, on photographs of eight people. */
class KnownModelsTest {
  static final List<String> KNOWN = DescriptorModel.KNOWN;

  private static List<Picture> pictures;
  private static List<LocatedFace> faces;
  private static List<Picture> changed;
  private static List<Optional<LocatedFace>> changedFaces;

  @TempDir Path folder;

  @BeforeAll
  static void locateEverybody() {
    pictures = ShownPortraits.show(ShownPortraits.Change.NONE);
    changed = ShownPortraits.show(new ShownPortraits.Change(2.1, 6, 0.85, 10));
    try (Mtcnn mtcnn = new Mtcnn(Device.CPU, 1)) {
      faces = locate(mtcnn, pictures).stream().map(Optional::orElseThrow).toList();
      changedFaces = locate(mtcnn, changed);
    }
  }

  @AfterAll
  static void close() {
    pictures.forEach(Picture::close);
    changed.forEach(Picture::close);
  }

  private static List<Optional<LocatedFace>> locate(Mtcnn mtcnn, List<Picture> pictures) {
    List<List<Detection>> found = mtcnn.detect(pictures, MtcnnOptions.DEFAULT);
    List<Optional<LocatedFace>> located = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      Picture picture = pictures.get(i);
      located.add(
          found.get(i).stream()
              .findFirst()
              .map(face -> new LocatedFace(picture, face.landmarks())));
    }
    return located;
  }

  @ParameterizedTest
  @FieldSource("KNOWN")
  void strangersAreFarAndTheSamePersonIsNear(String name) {
    DescriptorModel model = DescriptorModel.of(name);
    try (Descriptors descriptors = new Descriptors(model, Device.CPU, 1)) {
      List<float[]> described = descriptors.describe(faces);
      int compared = 0;
      for (int i = 0; i < described.size(); i++) {
        assertEquals(model.length(), described.get(i).length);
        for (int j = 0; j < i; j++) {
          // The nearest two are at the edge for resnet34-128: deploy/docs/measurements.md.
          float distance = model.metric().distance(described.get(i), described.get(j));
          assertTrue(distance > 0.95 * model.threshold(), i + " and " + j + ": " + distance);
        }
        if (changedFaces.get(i).isPresent()) {
          float[] again = descriptors.describe(List.of(changedFaces.get(i).get())).get(0);
          float distance = model.metric().distance(described.get(i), again);
          assertTrue(distance < 0.8 * model.threshold(), i + " again: " + distance);
          compared++;
        }
      }
      assertTrue(compared >= 7, compared + " compared");
    }
  }

  /** Portrait 1 to 2, 3 and 7: another alignment or other weights would not give these. */
  @ParameterizedTest
  @CsvSource({
    "resnet34-128, 0.786, 0.825, 0.792",
    "facenet, 1.375, 1.328, 1.473",
    "mobilefacenet, 1.252, 1.402, 1.501",
  })
  void distancesStayWhatTheyAre(String name, float second, float third, float seventh) {
    DescriptorModel model = DescriptorModel.of(name);
    try (Descriptors descriptors = new Descriptors(model, Device.CPU, 1)) {
      List<float[]> described = descriptors.describe(faces);
      float[] first = described.get(0);

      assertEquals(second, model.metric().distance(first, described.get(1)), 0.01);
      assertEquals(third, model.metric().distance(first, described.get(2)), 0.01);
      assertEquals(seventh, model.metric().distance(first, described.get(6)), 0.01);
    }
  }

  @ParameterizedTest
  @FieldSource("KNOWN")
  void aNetworkCutShortIsNamed(String name) throws IOException {
    String onnx = DescriptorModel.of(name).definition().file();
    byte[] whole = DescriptorModel.of(name).weights().bytes();
    Path definition = folder.resolve(name + ".json");
    try (InputStream json = DescriptorModel.class.getResourceAsStream(name + ".json")) {
      String own = new String(json.readAllBytes(), UTF_8);
      Files.writeString(definition, own.replace('"' + name + '"', "\"own\""));
    }
    Files.write(folder.resolve(onnx), Arrays.copyOf(whole, whole.length - 1));

    DescriptorModel model = DescriptorModel.of(definition.toString());
    UserError refused =
        assertThrows(UserError.class, () -> new Descriptors(model, Device.CPU, 1).close());

    assertTrue(refused.getMessage().contains(onnx), refused.getMessage());
    assertTrue(refused.getMessage().contains("incomplete or changed"), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }
}
