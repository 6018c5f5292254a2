package org.facestream.deploy.command.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.CommandLineRun;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One picture in every kind of file: its colours, its face, and where both are. */
class PictureKindsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void theFaceIsFoundUprightInEveryKind() throws Exception {
    List<String> names =
        new ArrayList<>(
            List.of(
                "face.png",
                "face.heic",
                "face-turned.heic",
                "face-mirrored.heic",
                "face-transposed.heic",
                "face-tiles.heic",
                "face.avif",
                "face-turned.avif",
                "face-mirrored.avif",
                "face-tiles.avif"));
    for (String name : names) {
      Files.write(folder.resolve(name), resource(name));
    }
    for (String written : List.of("jpg", "webp", "tiff", "bmp", "gif", "jpeg")) {
      encode("face." + written);
      names.add("face." + written);
    }
    List<JsonNode> lines = detect(names);
    JsonNode expected = lines.get(0).get("faces").get(0);
    assertEquals(1, lines.get(0).get("faces").size());
    assertTrue(expected.get("box").get("left").asDouble() > 280, expected.toString());
    for (int i = 0; i < names.size(); i++) {
      JsonNode line = lines.get(i);
      String name = names.get(i);
      assertEquals(640, line.get("width").asInt(), name);
      assertEquals(name.equals("face-tiles.heic") ? 480 : 448, line.get("height").asInt(), name);
      assertEquals(1, line.get("faces").size(), name);
      assertNear(expected, line.get("faces").get(0), 1, name);
      assertColours(folder.resolve(name), name);
    }
  }

  /** The eyes tell a mirrored face, too. */
  private static void assertNear(JsonNode expected, JsonNode face, int factor, String name) {
    for (String side : List.of("left", "top", "right", "bottom")) {
      double where = face.get("box").get(side).asDouble() / factor;
      assertEquals(expected.get("box").get(side).asDouble(), where, 12, name + ": " + side);
    }
    expected
        .get("landmarks")
        .fieldNames()
        .forEachRemaining(
            point -> {
              JsonNode at = face.get("landmarks").get(point);
              JsonNode wanted = expected.get("landmarks").get(point);
              assertEquals(wanted.get("x").asDouble(), at.get("x").asDouble() / factor, 8, name);
              assertEquals(wanted.get("y").asDouble(), at.get("y").asDouble() / factor, 8, name);
            });
  }

  private static void assertColours(Path file, String name)
      throws IOException, UnreadablePictureException {
    try (Picture picture = Picture.decodeStill(Files.readAllBytes(file));
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      int[][] expected = {{32, 32, 220, 30, 30}, {416, 32, 30, 30, 220}, {32, 200, 120, 120, 120}};
      for (int[] each : expected) {
        for (int channel = 0; channel < 3; channel++) {
          assertEquals(
              each[2 + channel],
              pixels.get(each[0], each[1], channel),
              name.endsWith("gif") ? 60 : 14,
              name + " " + channel);
        }
      }
    }
  }

  @Test
  void aPhotographOf108MegapixelsIsDecodedSmallerAndPlacedInFull() throws Exception {
    Files.write(folder.resolve("face.png"), resource("face.png"));
    try (Picture face = Picture.decodeStill(resource("face.png"));
        Mat large = new Mat();
        Size size = new Size(640 * 19, 448 * 19)) {
      opencv_imgproc.resize(face.rgb(), large, size, 0, 0, opencv_imgproc.INTER_LINEAR);
      Files.write(folder.resolve("huge.jpg"), Picture.jpeg(large, 60));
    }
    JsonNode expected = detect(List.of("face.png")).get(0).get("faces").get(0);
    JsonNode line = detect(List.of("huge.jpg", "--min-face", "1500")).get(0);
    assertEquals(640 * 19, line.get("width").asInt());
    assertEquals(448 * 19, line.get("height").asInt());
    assertEquals(1, line.get("faces").size());
    assertNear(expected, line.get("faces").get(0), 19, "huge.jpg");
  }

  @ParameterizedTest
  @ValueSource(strings = {"face.heic", "face-tiles.heic", "face.avif", "face-tiles.avif"})
  void oneThatIsCutShortIsRefused(String name) throws Exception {
    byte[] whole = resource(name);
    for (int part = 1; part < 8; part++) {
      Files.write(folder.resolve(name), Arrays.copyOf(whole, whole.length * part / 8));
      CommandLineRun run = CommandLineRun.of("detect", folder.resolve(name).toString());
      assertEquals(2, run.exitCode(), run.out() + run.err());
      assertTrue(run.err().contains("is not a usable picture"), run.err());
    }
  }

  private List<JsonNode> detect(List<String> names) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("detect"));
    for (String name : names) {
      arguments.add(name.contains(".") ? folder.resolve(name).toString() : name);
    }
    CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private void encode(String name) throws Exception {
    try (Picture face = Picture.decodeStill(resource("face.png"));
        Mat bgr = new Mat();
        BytePointer out = new BytePointer()) {
      opencv_imgproc.cvtColor(face.rgb(), bgr, opencv_imgproc.COLOR_RGB2BGR);
      String extension = name.substring(name.lastIndexOf('.'));
      assertTrue(opencv_imgcodecs.imencode(extension, bgr, out));
      byte[] bytes = new byte[(int) out.limit()];
      out.get(bytes);
      Files.write(folder.resolve(name), bytes);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = PictureKindsTest.class.getResourceAsStream("/pictures/" + name)) {
      return in.readAllBytes();
    }
  }
}
