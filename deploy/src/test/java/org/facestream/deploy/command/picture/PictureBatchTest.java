package org.facestream.deploy.command.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No picture ends a batch. OpenCV's warp knows no picture of more than 32,766 pixels a side. */
class PictureBatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SIDE = 300;

  @TempDir Path folder;

  /** A grey picture with a portrait of 300 × 300 at that place. */
  private Path picture(String name, int person, int width, int height, int x, int y)
      throws IOException, UnreadablePictureException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (Picture portrait =
            Picture.decodeStill(DemoPeople.portrait(DemoPeople.enrolled().get(person)));
        Mat grey = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(120, 120, 120, 0));
        Rect place = new Rect(x, y, SIDE, SIDE);
        Mat target = new Mat(grey, place);
        Mat small = new Mat();
        Size size = new Size(SIDE, SIDE)) {
      opencv_imgproc.resize(portrait.rgb(), small, size, 0, 0, opencv_imgproc.INTER_AREA);
      small.copyTo(target);
      Files.write(file, Picture.jpeg(grey, 92));
    }
    return file;
  }

  @Test
  void facesAreFoundAndDescribedInPicturesOfAnyShape() throws Exception {
    Path usual = picture("usual.jpg", 0, SIDE, SIDE, 0, 0);
    List<Path> odd =
        List.of(
            picture("wide.jpg", 0, 36_000, SIDE, 34_001, 0),
            picture("high.jpg", 0, SIDE, 36_000, 0, 35_003));
    JsonNode expected = lines("detect", List.of(usual)).get(0).get("faces").get(0).get("box");
    List<JsonNode> found = lines("detect", odd);
    int[][] moved = {{34_001, 0}, {0, 35_003}};
    for (int i = 0; i < 2; i++) {
      JsonNode faces = found.get(i).get("faces");
      assertEquals(1, faces.size(), odd.get(i).toString());
      JsonNode box = faces.get(0).get("box");
      assertEquals(expected.get("left").asDouble() + moved[i][0], box.get("left").asDouble(), 8);
      assertEquals(
          expected.get("bottom").asDouble() + moved[i][1], box.get("bottom").asDouble(), 8);
    }
    JsonNode one = lines("describe", List.of(usual)).get(0).get("faces").get(0).get("descriptor");
    for (JsonNode line : lines("describe", odd)) {
      JsonNode same = line.get("faces").get(0).get("descriptor");
      double squares = 0;
      for (int i = 0; i < one.size(); i++) {
        squares += Math.pow(one.get(i).asDouble() - same.get(i).asDouble(), 2);
      }
      assertTrue(Math.sqrt(squares) < 0.5, "one face is " + Math.sqrt(squares) + " from itself");
    }
  }

  @Test
  void anEvaluationGoesOn() throws Exception {
    picture("people/ada/1.jpg", 0, SIDE, SIDE, 0, 0);
    picture("people/ada/2.jpg", 0, 33_000, SIDE, 32_700, 0);
    picture("people/ben/1.jpg", 1, SIDE, SIDE, 0, 0);
    picture("people/ben/2.jpg", 1, 320, SIDE, 20, 0);
    CommandLineRun run =
        CommandLineRun.of(
            "evaluate", "--images", folder.resolve("people").toString(), "--folds", "1");
    assertEquals(0, run.exitCode(), run.err());
    assertFalse(run.out().contains("failed"), run.out());
  }

  /** A JPEG can have 65,500 pixels a side: what was drawn cannot be written. */
  @Test
  void afterOneThatFailsTheOthersAreDone() throws Exception {
    Path fails = folder.resolve("fails.png");
    try (Mat line = new Mat(12, 66_000, opencv_core.CV_8UC3, Scalar.RED)) {
      assertTrue(opencv_imgcodecs.imwrite(fails.toString(), line));
    }
    Path words = Files.writeString(folder.resolve("words.jpg"), "no picture");
    Path usual = picture("usual.jpg", 0, SIDE, SIDE, 0, 0);
    Path drawn = folder.resolve("drawn");
    CommandLineRun run =
        CommandLineRun.of(
            "detect",
            fails.toString(),
            words.toString(),
            usual.toString(),
            "--draw",
            drawn.toString());
    assertEquals(1, run.exitCode(), run.err());
    assertTrue(run.err().contains("fails.png failed with"), run.err());
    assertTrue(run.err().contains("words.jpg is not a usable picture"), run.err());
    assertTrue(Files.exists(drawn.resolve("usual.jpg.faces.jpg")), run.err());
  }

  private static List<JsonNode> lines(String command, List<Path> pictures) throws IOException {
    String[] arguments = new String[pictures.size() + 1];
    arguments[0] = command;
    for (int i = 0; i < pictures.size(); i++) {
      arguments[i + 1] = pictures.get(i).toString();
    }
    CommandLineRun run = CommandLineRun.of(arguments);
    assertEquals(0, run.exitCode(), run.err());
    return run.out().lines().map(PictureBatchTest::json).toList();
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException damaged) {
      throw new java.io.UncheckedIOException(damaged);
    }
  }
}
