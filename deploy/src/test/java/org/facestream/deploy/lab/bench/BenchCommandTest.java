package org.facestream.deploy.lab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.deploy.CommandLineRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the figures are right, not what they are: no test measures speed. */
@Tag("bare")
class BenchCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void drawnScenesHaveTheFacesThatTheyClaim() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "detector",
            "--faces",
            "5",
            "--size",
            "960x540",
            "--count",
            "3",
            "--rounds",
            "1",
            "--threads",
            "1",
            "--device",
            "cpu",
            "--json",
            "--save",
            folder.toString());
    assertEquals(0, run.exitCode(), run.err());
    JsonNode report = JSON.readTree(run.out());
    assertEquals(960, report.get("width").asInt());
    assertEquals("cpu", report.get("device").asText());
    assertEquals(15, report.get("marked").asInt());
    assertTrue(report.get("found").asInt() >= 14, run.out());
    assertTrue(report.get("further").asInt() <= 1, run.out());
    double parts = 0;
    for (String part : "pyramid pnet boxes crops rnet onet".split(" ")) {
      double time = report.get(part + "_ms").asDouble();
      assertTrue(time > 0, part);
      parts += time;
    }
    assertEquals(report.get("whole_ms").asDouble(), parts, 1e-6);
    assertEquals(1000 / parts, report.get("frames_per_second").asDouble(), 0.05 * 1000 / parts);
    assertTrue(report.get("ratio").asDouble() > 1);

    JsonNode truth = JSON.readTree(folder.resolve("truth.json").toFile());
    assertEquals(540, truth.get("height").asInt());
    assertEquals(3, truth.get("frames").size());
    assertEquals(5, truth.get("frames").get(0).get("faces").size());
    assertTrue(Files.size(folder.resolve("frame-0002.jpg")) > 10_000);

    CommandLineRun again =
        CommandLineRun.of(
            "bench", "detector", "--frames", folder.toString(), "--rounds", "1", "--device", "cpu");
    assertEquals(0, again.exitCode(), again.err());
    assertTrue(again.out().contains("3 pictures"), again.out());
    assertTrue(again.out().contains("frames per second"), again.out());
  }

  @Test
  void anEmptySceneIsMeasuredToo() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "detector",
            "--faces",
            "0",
            "--size",
            "640x360",
            "--count",
            "1",
            "--rounds",
            "1",
            "--device",
            "cpu",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(0, JSON.readTree(run.out()).get("marked").asInt());
  }

  @Test
  void galleriesAreReadFromABrokerAndMatchedExactly() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "gallery",
            "--references",
            "700,40",
            "--length",
            "16",
            "--batch",
            "1,3",
            "--thumbnail",
            "5000",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode results = JSON.readTree(run.out());
    assertEquals(2, results.size());
    assertEquals(40, results.get(0).get("references").asInt());
    assertEquals(700, results.get(1).get("references").asInt());
    for (JsonNode result : results) {
      assertTrue(result.get("exact").asBoolean(), run.out());
      assertEquals(5000, result.get("thumbnail_bytes").asInt());
      assertTrue(result.get("start_s").asDouble() > 0, run.out());
      assertTrue(result.get("new_reference_ms").asDouble() > 0, run.out());
      assertTrue(result.get("ms_per_face").get("3").asDouble() > 0, run.out());
    }
    assertEquals(2, CommandLineRun.of("bench", "gallery", "--references", "0").exitCode());
  }

  @Test
  void everyNearestFaceOfAnIndexIsFound() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "search",
            "--faces",
            "3000",
            "--values",
            "64",
            "--searches",
            "4",
            "--data",
            folder.toString(),
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode result = JSON.readTree(run.out());
    assertEquals(3000, result.get("faces").asInt());
    assertEquals(1, result.get("recall").asDouble());
    for (String time : "write_us_per_face open_ms first_search_ms search_ms plain_ms".split(" ")) {
      assertTrue(result.get(time).asDouble() > 0, run.out());
    }
    // 64 codes, and 28 bytes of what is known of each row, in whole blocks.
    assertEquals(
        (64 + 28) * 3072 / 3000.,
        result.get("bytes_per_face").get("scanned").asDouble(),
        1e-6,
        run.out());
    assertEquals(0, folder.toFile().list().length);
    assertEquals(2, CommandLineRun.of("bench", "search", "--faces", "0").exitCode());
  }

  @Test
  void whatCannotBeMeasuredIsSaid() {
    assertSays("WIDTHxHEIGHT", "--size", "large");
    assertSays("There is no folder or video", "--frames", folder.resolve("none").toString());
    assertSays("There is no picture in", "--frames", folder.toString());
    assertSays("--rounds is 0", "--rounds", "0");
  }

  private static void assertSays(String expected, String... options) {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "bench";
    arguments[1] = "detector";
    System.arraycopy(options, 0, arguments, 2, options.length);
    CommandLineRun run = CommandLineRun.of(arguments);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertEquals(1, run.err().strip().lines().count(), run.err());
  }
}
