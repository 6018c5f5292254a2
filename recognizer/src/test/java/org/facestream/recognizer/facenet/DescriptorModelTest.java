package org.facestream.recognizer.facenet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorModelTest {
  @TempDir Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = DescriptorModel.class.getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }

  private Path write(String json) throws IOException {
    return Files.writeString(folder.resolve("mine.json"), json);
  }

  private static String json() throws IOException {
    return new String(resource("resnet34-128.json"), StandardCharsets.UTF_8)
        .replace("\"resnet34-128\"", "\"mine\"");
  }

  @Test
  void knownByName() {
    DescriptorModel model = DescriptorModel.of("resnet34-128");

    assertEquals("resnet34-128", model.name());
    assertEquals(128, model.length());
    assertEquals(Metric.EUCLIDEAN, model.metric());
    assertEquals(0.525f, model.threshold());
    assertEquals(0.6f, model.verification());
    assertEquals("CC0-1.0", model.definition().licence());
    assertEquals(150, model.definition().input().width());
    assertFalse(model.definition().normalise());
    assertEquals(model.definition().sha256(), model.weights().sha256());
  }

  @Test
  void everyKnownModelIsCalledWhatItIsKnownBy() {
    for (String name : DescriptorModel.KNOWN) {
      assertEquals(name, DescriptorModel.of(name).name());
    }
  }

  @Test
  void readsTheUsersOwn() throws IOException {
    Path file = write(json());
    Files.write(folder.resolve("resnet34-128.onnx"), resource("resnet34-128.onnx"));

    DescriptorModel model = DescriptorModel.of(file.toString());

    assertEquals("mine", model.name());
    assertTrue(model.weights().name().endsWith("resnet34-128.onnx"));
  }

  @Test
  void anAlteredNetworkIsRefusedAndNamed() throws IOException {
    Path file = write(json());
    byte[] onnx = resource("resnet34-128.onnx");
    onnx[onnx.length / 2] ^= 1;
    Files.write(folder.resolve("resnet34-128.onnx"), onnx);

    DescriptorModel model = DescriptorModel.of(file.toString());
    UserError refused =
        assertThrows(UserError.class, () -> new Descriptors(model, Device.CPU, 1).close());

    assertTrue(refused.getMessage().contains("resnet34-128.onnx"), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }

  @Test
  void aNetworkOfAnotherLengthIsRefused() throws IOException {
    Path file = write(json().replace("\"length\": 128", "\"length\": 127"));
    Files.write(folder.resolve("resnet34-128.onnx"), resource("resnet34-128.onnx"));

    DescriptorModel model = DescriptorModel.of(file.toString());
    UserError refused =
        assertThrows(UserError.class, () -> new Descriptors(model, Device.CPU, 1).close());

    assertTrue(refused.getMessage().contains("127 values"), refused.getMessage());
  }

  @Test
  void unknownNamesAndAbsentFilesAreNamed() {
    for (String name : new String[] {"resnet", "", "../model", "\0", "nowhere.json"}) {
      UserError refused = assertThrows(UserError.class, () -> DescriptorModel.of(name));
      assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"length\": 128 | \"length\": 0 | length",
        "\"length\": 128 | \"length\": null | length",
        "\"length\": 128, | | length",
        "\"length\": 128 | \"length\": 128, \"lenght\": 1 | lenght",
        "\"width\": 150 | \"width\": 1000000 | input.width",
        "\"width\": 150 | \"width\": \"wide\" | input.width",
        "[0, 0, 0] | [0, 0] | input.mean",
        "[0, 0, 0] | [0, 0, null] | input.mean",
        "[0, 0, 0] | [10, 0, 0] | uint8",
        "[1, 1, 1] | [1, 0, 1] | input.deviation",
        "\"nhwc\" | \"nchw\" | uint8",
        "\"rgb\" | \"grey\" | input.channels: 'grey' is not one of rgb, bgr",
        "\"euclidean\" | \"manhattan\" | metric: 'manhattan' is not one of",
        "0.525 | -1 | threshold",
        "0.6 | 0.4 | verification",
        "\"verification\": 0.6, | | verification",
        "\"stretch\": 1 | \"stretch\": 0 | alignment.stretch",
        "\"stretch\": 1, | | alignment.stretch",
        "[47.55, 46.6], | | alignment.template",
        "[47.55, 46.6] | [47.55] | alignment.template",
        "[47.55, 46.6] | [4755, 46.6] | alignment.template",
        "resnet34-128.onnx | ../../etc/passwd | file",
        "\"mine\" | \"re snet\" | name",
        "\"mine\" | \"FaceNet\" | name: 'FaceNet' is a built-in model",
        "\"length\": 128 | \"length\": 192.7 | length",
        "\"sha256\": \" | \"sha256\": \"AB | sha256",
        "\"licence\": \"CC0-1.0\" | \"licence\": null | licence",
      })
  void definitionsAreValidated(String what, String by, String said) throws IOException {
    String broken = json().replace(what, by == null ? "" : by);
    assertFalse(broken.equals(json()), what);
    Path file = write(broken);

    UserError refused = assertThrows(UserError.class, () -> DescriptorModel.of(file.toString()));

    assertTrue(refused.getMessage().contains(said), refused.getMessage());
    assertTrue(refused.getMessage().contains("mine.json"), refused.getMessage());
    assertFalse(refused.getMessage().contains("org.facestream"), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @Test
  void aThresholdThatNoDistanceReachesIsRefused() throws IOException {
    Path file =
        write(
            json()
                .replace("\"normalise\": false", "\"normalise\": true")
                .replace("\"verification\": 0.6", "\"verification\": 50"));

    UserError refused = assertThrows(UserError.class, () -> DescriptorModel.of(file.toString()));

    assertTrue(refused.getMessage().contains("verification: at most 2"), refused.getMessage());
  }

  @Test
  void aTemplateOfOnePlaceIsRefused() throws IOException {
    String points = "[[70, 70], [70, 70], [70, 70], [70, 70], [70, 70]]";
    Path file =
        write(json().replaceAll("(?s)\"template\": \\[.*?\\]\\s*\\]", "\"template\": " + points));

    UserError refused = assertThrows(UserError.class, () -> DescriptorModel.of(file.toString()));

    assertTrue(refused.getMessage().contains("not all in one place"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"'\"width\": 150', '\"width\": 100'", "'\"uint8\"', '\"float32\"'"})
  void aNetworkThatDoesNotTakeItsInputIsRefused(String what, String by) throws IOException {
    Path file = write(json().replace(what, by));
    assertFalse(json().equals(json().replace(what, by)), what);
    Files.write(folder.resolve("resnet34-128.onnx"), resource("resnet34-128.onnx"));

    DescriptorModel model = DescriptorModel.of(file.toString());
    UserError refused =
        assertThrows(UserError.class, () -> new Descriptors(model, Device.CPU, 1).close());

    assertTrue(
        refused.getMessage().contains("mine: the network does not accept the input"),
        refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @Test
  void anEmptyFileIsSaidToBeEmpty() throws IOException {
    for (String text : new String[] {"", "  \n", "null"}) {
      Path file = write(text);
      UserError refused = assertThrows(UserError.class, () -> DescriptorModel.of(file.toString()));
      assertTrue(
          refused.getMessage().contains("it does not contain a JSON object"), refused.getMessage());
    }
  }

  @Test
  void notJsonIsNamed() throws IOException {
    Path file = write("name: resnet");

    UserError refused = assertThrows(UserError.class, () -> DescriptorModel.of(file.toString()));

    assertTrue(refused.getMessage().contains("mine.json"), refused.getMessage());
  }
}
