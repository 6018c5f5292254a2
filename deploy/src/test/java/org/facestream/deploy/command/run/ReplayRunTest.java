package org.facestream.deploy.command.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.rtsp.AccessUnit;
import org.facestream.deploy.lab.simulation.rtsp.H264Encoder;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run over pictures of a person that ends by itself. */
class ReplayRunTest {
  @TempDir Path folder;

  @Test
  @Timeout(300)
  void endsWhenEverythingHasComeOut() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("lobby"));
    byte[] portrait = DemoPeople.portrait(DemoPeople.all().get(0));
    for (int i = 0; i < 12; i++) {
      Files.write(pictures.resolve("%02d.jpg".formatted(i)), portrait);
    }
    CommandLineRun run =
        CommandLineRun.of(
            "run",
            "--camera",
            "lobby=" + pictures,
            "--as-fast-as-possible",
            "--data",
            folder.resolve("data").toString(),
            "--ephemeral-ports",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(
        run.err()
            .contains(
                "Everything is read and stored: 1 file or folder, 12 frames, 1 track, of 0 "
                    + "people who are enrolled."),
        run.err());
    List<String> types = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      types.add(new ObjectMapper().readTree(line).get("type").asText());
    }
    assertEquals("started", types.get(0), run.out());
    assertEquals("ended", types.get(types.size() - 1), run.out());
  }

  /**
   * Two seconds of two people, of whom the second comes later, as three cameras on a machine that
   * takes longer to look at them; the second time where they were seen before.
   */
  @Test
  @Timeout(560)
  void theSameFilesGiveTheSameEventsHoweverSlowTheyAreProcessed() throws Exception {
    Path clip = Files.write(folder.resolve("clip.h264"), clip());
    List<String> first = slowly(clip);
    Map<String, Set<String>> tracks = new TreeMap<>();
    Map<String, List<String>> histories = new TreeMap<>();
    for (String line : first) {
      JsonNode event = new ObjectMapper().readTree(line);
      String camera = event.get("camera").asText();
      tracks.computeIfAbsent(camera, id -> new TreeSet<>()).add(event.get("track").asText());
      histories.computeIfAbsent(camera, id -> new ArrayList<>()).add(line.replace(camera, "it"));
      Instant begun = Instant.parse("2026-03-01T08:00:00Z");
      Instant seen = Instant.parse(event.get("lastSeen").asText());
      assertTrue(!seen.isBefore(begun) && !seen.isAfter(begun.plusSeconds(2)), line);
    }
    assertEquals(Set.of("cam-a", "cam-b", "cam-c"), tracks.keySet());
    tracks.values().forEach(each -> assertEquals(2, each.size(), tracks::toString));
    assertEquals(1, new HashSet<>(histories.values()).size(), "the same file, the same events");
    assertEquals(first, slowly(clip));
  }

  private List<String> slowly(Path clip) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--set",
                "ingest.fps=25",
                "--set",
                "detector.threads=1",
                "--set",
                "detector.min-face-size=20",
                "run",
                "--as-fast-as-possible",
                "--start",
                "2026-03-01T09:00:00+01:00",
                "--data",
                folder.resolve("data").toString(),
                "--ephemeral-ports",
                "--json"));
    for (String camera : List.of("cam-a", "cam-b", "cam-c")) {
      arguments.addAll(List.of("--camera", camera + "=" + clip));
    }
    CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    // Of one camera they come in order, but cameras are side by side.
    return run.out().lines().sorted().toList();
  }

  private static byte[] clip() throws Exception {
    ByteArrayOutputStream clip = new ByteArrayOutputStream();
    List<AccessUnit> units = new ArrayList<>();
    try (H264Encoder encoder = new H264Encoder(1280, 720, 25, 24);
        Mat scene = new Mat(720, 1280, opencv_core.CV_8UC3);
        Picture one = Picture.decodeFrame(DemoPeople.portrait(DemoPeople.all().get(0)));
        Picture other = Picture.decodeFrame(DemoPeople.portrait(DemoPeople.all().get(1)))) {
      for (int i = 0; i < 50; i++) {
        scene.put(Scalar.GRAY);
        paint(one, scene, 40 + 2 * i);
        if (i >= 20) {
          paint(other, scene, 700);
        }
        units.addAll(encoder.encode(scene));
      }
      units.addAll(encoder.finish());
    }
    for (AccessUnit unit : units) {
      for (byte[] part : unit.units()) {
        clip.writeBytes(new byte[] {0, 0, 0, 1});
        clip.writeBytes(part);
      }
    }
    return clip.toByteArray();
  }

  private static void paint(Picture person, Mat scene, int x) {
    try (Mat small = new Mat();
        Mat place = new Mat(scene, new Rect(x, 100, 400, 400))) {
      opencv_imgproc.resize(person.rgb(), small, new Size(400, 400));
      small.copyTo(place);
    }
  }
}
