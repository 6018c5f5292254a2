package org.facestream.deploy.command.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("bare")
class DetectCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path picture;

  @BeforeEach
  void write() throws Exception {
    picture = folder.resolve("ada.jpg");
    Files.write(picture, DemoPeople.portrait(DemoPeople.enrolled().get(0)));
  }

  @Test
  void theConfigurationHoldsWhereNoOptionSaysOtherwise() throws Exception {
    assertEquals(1, faces());
    assertEquals(0, faces("--set", "detector.min-face-size=700"));
    assertEquals(1, faces("--set", "detector.min-face-size=700", "--min-face", "40"));
    Path file = Files.writeString(folder.resolve("f.yaml"), "detector: {thresholds: [1, 1, 1]}");
    assertEquals(0, faces("--config", file.toString()));
    assertEquals(1, faces("--config", file.toString(), "--thresholds", "0.6,0.7,0.7"));
  }

  private int faces(String... further) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("detect", picture.toString(), "--device", "cpu"));
    arguments.addAll(Arrays.asList(further));
    CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    return JSON.readTree(run.out()).get("faces").size();
  }

  @Test
  void drawsIntoAFileOfEitherFormOrAFolder() throws Exception {
    for (String target : new String[] {"out.png", "out.jpg", "drawn"}) {
      CommandLineRun run =
          CommandLineRun.of(
              "detect", picture.toString(), "--draw", folder.resolve(target).toString());
      assertEquals(0, run.exitCode(), run.err());
    }
    assertEquals("png", format(folder.resolve("out.png")));
    assertEquals("JPEG", format(folder.resolve("out.jpg")));
    assertEquals("JPEG", format(folder.resolve("drawn/ada.jpg.faces.jpg")));
  }

  private static String format(Path file) throws Exception {
    try (var input = ImageIO.createImageInputStream(file.toFile())) {
      return ImageIO.getImageReaders(input).next().getFormatName();
    }
  }

  @Test
  void theScoreStandsAboveTheBoxOnAGroundOfItsOwn() throws Exception {
    Path drawn = folder.resolve("out.png");
    CommandLineRun run =
        CommandLineRun.of("detect", picture.toString(), "--draw", drawn.toString());
    JsonNode box = JSON.readTree(run.out()).get("faces").get(0).get("box");
    BufferedImage image = ImageIO.read(drawn.toFile());
    int left = Math.round(box.get("left").floatValue());
    int top = Math.round(box.get("top").floatValue());
    // Just above the upper line, where the picture itself would show: ground or text.
    int ground = 0;
    for (int x = left + 5; x < left + 25; x++) {
      ground += image.getRGB(x, top - 5) == 0xff00dc00 ? 1 : 0;
    }
    assertTrue(ground > 10, ground + " of 20 pixels");
  }
}
