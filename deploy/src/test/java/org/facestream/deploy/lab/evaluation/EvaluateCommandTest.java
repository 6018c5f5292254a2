package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eight real people, each in four versions of one photograph. */
@Tag("bare")
class EvaluateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path people;
  @TempDir Path plots;

  @BeforeAll
  static void write() throws IOException, UnreadablePictureException {
    for (DemoPerson person : DemoPeople.all()) {
      Path own = Files.createDirectory(people.resolve(person.id()));
      try (Picture portrait = Picture.decodeStill(DemoPeople.portrait(person))) {
        for (int version = 0; version < 4; version++) {
          int width = portrait.width() * (10 - version) / 10;
          int height = portrait.height() * (10 - version) / 10;
          try (Mat smaller = new Mat();
              Size size = new Size(width, height)) {
            opencv_imgproc.resize(portrait.rgb(), smaller, size, 0, 0, opencv_imgproc.INTER_AREA);
            smaller.convertTo(smaller, -1, 1 - 0.12 * version, 6.0 * version);
            Files.write(own.resolve(version + ".jpg"), Picture.jpeg(smaller, 90));
          }
        }
      }
    }
  }

  @Test
  void peopleAreToldApart() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "evaluate",
            "--images",
            people.toString(),
            "--folds",
            "2",
            "--identify",
            "--references",
            "1",
            "--plots",
            plots.toString(),
            "--distances",
            plots.resolve("distances.csv").toString(),
            "--set",
            "recognizer.distance=mean",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode report = JSON.readTree(run.out());
    JsonNode verification = report.get("verification");
    assertEquals(96, verification.get("pairs").asInt());
    assertEquals(0, verification.get("without_face").asInt());
    assertTrue(verification.get("best_accuracy").asDouble() > 0.97, run.out());
    assertTrue(verification.get("equal_error_rate").asDouble() < 0.05, run.out());
    JsonNode identification = report.get("identification");
    assertEquals(4, identification.get("enrolled").asInt());
    assertEquals(12, identification.get("mated").asInt());
    assertEquals(16, identification.get("strangers").asInt());
    assertEquals(1.0, identification.get("rank_one").asDouble());
    // A person's three pictures make one track, a stranger's four another.
    JsonNode tracks = report.get("tracks");
    assertEquals(4, tracks.get("mated").asInt());
    assertEquals(4, tracks.get("strangers").asInt());
    assertEquals(0, tracks.get("left_out").asInt());
    JsonNode judged = tracks.get("judged");
    assertEquals(0, judged.get("strangers_named").asDouble(), run.out());
    assertEquals(0, judged.get("still_named").asDouble(), run.out());
    assertEquals(0, judged.get("missed").asDouble(), run.out());
    assertEquals(0, judged.get("wrong").asDouble(), run.out());
    assertTrue(tracks.get("range").size() > 5, run.out());
    assertEquals(16, tracks.get("still").asInt());
    assertTrue(tracks.get("suggested").isNull(), run.out());
    assertEquals(5, report.get("slowest").size());
    List<String> csv = Files.readAllLines(plots.resolve("distances.csv"));
    assertEquals(1 + 96 + 12 + 16, csv.size());
    for (String plot : new String[] {"roc.png", "distances.png"}) {
      assertEquals(900, ImageIO.read(plots.resolve(plot).toFile()).getWidth(), plot);
    }
  }

  @Test
  void theReportIsReadable() throws IOException {
    Path pairs =
        Files.writeString(
            plots.resolve("pairs.txt"), "1\nno-such-person\t1\t2\nno-such-person\t1\tother\t1\n");
    CommandLineRun missing =
        CommandLineRun.of("evaluate", "--images", people.toString(), "--pairs", pairs.toString());
    assertEquals(2, missing.exitCode());
    assertTrue(
        missing.err().contains("no-such-person_0001.jpg: there is no such file"), missing.err());
    CommandLineRun run =
        CommandLineRun.of("evaluate", "--images", people.toString(), "--most-pairs", "6");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(
        run.out().contains("suggested threshold for a false match rate of 0.1 %"), run.out());
    assertTrue(run.out().contains("fewer pairs of two people than that needs"), run.out());
  }

  /** Of a thousand pictures one is broken more often than not. */
  @Test
  void aBrokenPictureIsNamedAndDoesNotEndIt() throws IOException {
    for (String person : new String[] {"alex-birch", "kim-hazel"}) {
      Path own = Files.createDirectory(plots.resolve(person));
      for (String picture : new String[] {"0.jpg", "1.jpg"}) {
        Files.copy(people.resolve(person).resolve(picture), own.resolve(picture));
      }
    }
    Files.writeString(plots.resolve("kim-hazel/2.jpg"), "no picture");
    CommandLineRun run = CommandLineRun.of("evaluate", "--images", plots.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(
        run.out().contains("1 counted as without a face, because they are not usable pictures:"),
        run.out());
    assertTrue(run.out().contains("  kim-hazel/2.jpg: "), run.out());
  }

  @Test
  void whatCannotBeEvaluatedIsSaid() throws IOException {
    refused(
        "recognizer.margin is '-1' on the command line: it must be a number, 0 to 1",
        "--identify",
        "--set",
        "recognizer.margin=-1");
    refused("--threshold must be a distance above 0", "--threshold", "-1");
    Path file = Files.writeString(plots.resolve("file"), "");
    refused("file", "--plots", file.resolve("x").toString());
    refused("no/such", "--distances", plots.resolve("no/such").toString());
    refused("more than 4 pictures each", "--identify", "--references", "4");
    CommandLineRun none = CommandLineRun.of("evaluate", "--images", plots.toString());
    assertEquals(2, none.exitCode());
    assertTrue(none.err().contains("a folder of pictures for each person"), none.err());
    CommandLineRun rate =
        CommandLineRun.of("evaluate", "--images", people.toString(), "--false-match-rate", "2");
    assertEquals(2, rate.exitCode());
    assertTrue(rate.err().contains("0 to 1"), rate.err());
  }

  private static void refused(String why, String... options) {
    List<String> line = new ArrayList<>(List.of("evaluate", "--images", people.toString()));
    line.addAll(List.of(options));
    CommandLineRun run = CommandLineRun.of(line.toArray(String[]::new));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(why), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void twoPicturesAreCompared() throws IOException {
    String one = people.resolve("alex-birch/0.jpg").toString();
    String same = people.resolve("alex-birch/2.jpg").toString();
    String other = people.resolve("kim-hazel/0.jpg").toString();
    JsonNode near = JSON.readTree(CommandLineRun.of("compare", one, same, "--json").out());
    assertTrue(near.get("same").asBoolean(), near.toString());
    assertTrue(near.get("distance").asDouble() < 0.3, near.toString());
    CommandLineRun far = CommandLineRun.of("compare", one, other);
    assertEquals(0, far.exitCode(), far.err());
    assertTrue(far.out().contains("probably two people"), far.out());
    CommandLineRun missing = CommandLineRun.of("compare", one, people + "/none.jpg");
    assertEquals(2, missing.exitCode());
    assertTrue(missing.err().contains("There is no picture"), missing.err());
  }

  @Test
  void aPictureIsDescribed() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "describe",
            people.resolve("alex-birch/0.jpg").toString(),
            people.resolve("none.jpg").toString());
    assertEquals(2, run.exitCode());
    JsonNode line = JSON.readTree(run.out());
    assertEquals(1, line.get("faces").size());
    assertEquals(512, line.get("faces").get(0).get("descriptor").size());
    assertTrue(run.err().contains("There is no picture"), run.err());
  }
}
