package org.facestream.deploy.lab.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.facestream.deploy.CommandLineRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the figures fit together, not what they are: no test measures speed. */
@Tag("bare")
class BenchPipelineCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void theWholePipelineUnderTwoCameras() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "pipeline",
            "--cameras",
            "2",
            "--size",
            "640x360",
            "--stream-fps",
            "10",
            "--faces",
            "3",
            "--seconds",
            "2",
            "--warm-up",
            "2",
            "--data",
            folder.toString(),
            "--json",
            "--set",
            // A busy machine makes it late, and not wrong.
            "detector.max-age=60s",
            "--set",
            "ingest.max-age=60s");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode report = JSON.readTree(run.out());
    assertEquals(640, report.at("/setting/width").asInt());
    assertEquals(10, report.at("/setting/stream_fps").asInt());
    JsonNode window = report.get("window");
    assertEquals(2, window.get("cameras").asInt());
    assertTrue(window.get("seconds").asDouble() >= 2, run.out());
    assertEquals(10, window.get("frames_wanted").asDouble(), 1e-9);
    assertTrue(window.get("frames_published").asDouble() > 0, run.out());
    assertTrue(window.get("frames_looked_at").asDouble() > 0, run.out());
    assertEquals(0, window.get("lost_share").asDouble(), run.out());

    for (JsonNode latency : window.get("records")) {
      assertTrue(latency.get("count").asInt() > 0, run.out());
      double before = 0;
      for (String percentile : List.of("p50", "p95", "p99", "max")) {
        assertTrue(latency.get(percentile).asDouble() >= before, run.out());
        before = latency.get(percentile).asDouble();
      }
      assertTrue(before < 60_000, run.out());
    }
    assertEquals(window.at("/records/identities"), window.get("capture_to_event"));
    assertEquals(
        List.of("ingest", "detector", "recognizer", "identity", "sink"),
        window.get("stages").findValuesAsText("stage"));

    double share = 0;
    double cores = 0;
    for (JsonNode usage : window.get("cpu")) {
      share += usage.get("share").asDouble();
      cores += usage.get("cores").asDouble();
    }
    assertEquals(1, share, 1e-6);
    assertTrue(cores <= Runtime.getRuntime().availableProcessors() + 0.5, run.out());
    assertTrue(window.get("pipeline_cores").asDouble() < cores, run.out());
    for (String group : List.of("simulation", "ingest", "detector", "recognizer", "broker")) {
      assertTrue(usage(window, group) > 0, group + ": " + run.out());
    }

    JsonNode verdict = report.get("verdict");
    assertEquals(500, verdict.get("p99_bound").asDouble());
    assertEquals(0, verdict.get("lost_share").asDouble());
    assertEquals(window.at("/capture_to_event/p99"), verdict.get("p99"));
    assertEquals(!verdict.get("late").asBoolean(), verdict.get("carried").asBoolean());
    assertEquals(2, window.get("seconds_asked").asInt());
    if (Files.exists(Path.of("/proc/stat"))) {
      JsonNode others = window.get("other_processes");
      double used = others.get("cores").asDouble();
      assertTrue(used >= 0 && used <= others.get("of").asInt(), run.out());
      assertEquals(used > 0.1 * others.get("of").asInt(), others.get("disturbing").asBoolean());
    }

    JsonNode frames = topic(window, "cctv.frames.v1");
    double bytes = frames.get("in").asDouble() / window.get("frames_published").asDouble();
    assertTrue(bytes > 5_000 && bytes < 500_000, bytes + " bytes a frame");
    assertTrue(frames.get("out").asDouble() > 0, run.out());
    assertTrue(topic(window, "cctv.identities.v1").get("in").asDouble() > 0, run.out());
    assertTrue(window.at("/memory/heap").asLong() > 0, run.out());

    assertTrue(isEmpty(folder), "nothing is left behind");
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(
                thread -> thread.isAlive() && thread.getName().matches("(bench|rtsp|camera)-.*")),
        "no thread goes on");
  }

  @Test
  void oursAndFfmpegsProgramReadTheSameCamera() throws Exception {
    CommandLineRun run =
        CommandLineRun.of(
            "bench",
            "reader",
            "--size",
            "640x360",
            "--seconds",
            "2",
            "--rounds",
            "1",
            "--data",
            folder.toString(),
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode report = JSON.readTree(run.out());
    for (String work : List.of("decode", "whole")) {
      assertEquals(1, report.get(work).get("rounds").size());
      boolean compared = report.has("program");
      // A machine without libraries of sound and windows has no program of FFmpeg's that runs.
      assertEquals(
          !compared, report.path("no_comparison").asText().contains("apt-get install"), run.out());
      for (JsonNode round : report.get(work).get("rounds")) {
        assertTrue(round.get("ours").asDouble() > 0, run.out());
        assertEquals(compared, round.path("theirs").asDouble() > 0, run.out());
      }
      assertEquals(compared, report.get(work).path("ratio").asDouble() > 0, run.out());
    }
    assertTrue(report.at("/decode/rounds/0/our_frames").asDouble() > 0, run.out());
    assertTrue(report.at("/whole/rounds/0/our_frames").asDouble() > 0, run.out());
    assertTrue(isEmpty(folder), "nothing is left behind");
  }

  @Test
  void whatCannotBeMeasuredIsSaid() throws Exception {
    assertSays("--cameras is 0; give 1 to 1000", "pipeline", "--cameras", "0");
    assertSays("--find", "pipeline", "--cameras", "2", "--find");
    assertSays("WIDTHxHEIGHT", "pipeline", "--size", "large");
    assertSays("--faces is 99", "pipeline", "--faces", "99");
    assertSays("--fps is 0", "pipeline", "--fps", "0");
    assertSays("--seconds is 0", "pipeline", "--seconds", "0");
    assertSays("--warm-up is -1", "pipeline", "--warm-up", "-1");
    assertSays("--p99 is 0", "pipeline", "--p99", "0");
    assertSays("--drops is 101", "pipeline", "--drops", "101");
    assertSays("--most is 0", "pipeline", "--most", "0");
    assertSays("--rounds is 0", "reader", "--rounds", "0");
    Path file = Files.createFile(folder.resolve("file"));
    assertSays("choose another place with --data DIR", "pipeline", "--data", file.toString());
    assertSays(
        "metrics at http://127.0.0.1:1/metrics cannot be read",
        "pipeline",
        "--metrics",
        "http://127.0.0.1:1/metrics");
    assertSays("an http address", "pipeline", "--metrics", "file:///metrics");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertSays(
          "Port " + taken.getLocalPort() + " on 127.0.0.1 is in use",
          "pipeline",
          "--rtsp-port",
          String.valueOf(taken.getLocalPort()));
    }
  }

  private static double usage(JsonNode window, String group) {
    for (JsonNode usage : window.get("cpu")) {
      if (usage.get("group").asText().equals(group)) {
        return usage.get("cores").asDouble();
      }
    }
    return 0;
  }

  private static JsonNode topic(JsonNode window, String name) {
    for (JsonNode topic : window.get("topics")) {
      if (topic.get("topic").asText().equals(name)) {
        return topic;
      }
    }
    throw new AssertionError(name + " is not in " + window.get("topics"));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }

  private static void assertSays(String expected, String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "bench";
    System.arraycopy(options, 0, arguments, 1, options.length);
    CommandLineRun run = CommandLineRun.of(arguments);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertEquals(1, run.err().strip().lines().count(), run.err());
  }
}
