package org.facestream.deploy.command.camera;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraReportBuilder;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cameras of a data folder on which nothing runs. */
class CameraCommandTest {
  @TempDir Path folder;

  @Test
  void aPasswordInAUrlIsWarnedOfAndNotShown() throws Exception {
    String data = folder.resolve("data").toString();
    CommandLineRun add =
        CommandLineRun.of(
            "camera", "add", "door", "rtsp://viewer:hunter2@192.0.2.7/s", "--data", data);
    assertEquals(0, add.exitCode(), add.err());
    assertWarns(add, "door");

    Path file =
        Files.writeString(
            folder.resolve("cameras.yaml"),
            """
            cameras:
              - id: hall
                url: rtsp://viewer:hunter2@192.0.2.8/s
                masks: [[[0, 0], [0.5, 0], [0, 0.5]]]
              - {id: yard, url: 'rtsp://viewer:${secret:yard}@192.0.2.9/s',
                 close-up-url: 'rtsp://viewer:${secret:yard}@192.0.2.9/main'}
            """);
    CommandLineRun apply = CommandLineRun.of("camera", "apply", file.toString(), "--data", data);
    assertEquals(0, apply.exitCode(), apply.err());
    assertTrue(apply.out().contains("2 added"), apply.out());
    assertWarns(apply, "hall");
    CommandLineRun again =
        CommandLineRun.of("camera", "apply", "-f", file.toString(), "--data", data, "--prune");
    assertEquals(0, again.exitCode(), again.err());
    assertTrue(again.out().contains("0 added, 0 changed, 1 removed, 2 unchanged"), again.out());
    assertTrue(again.out().contains("Removed: door."), again.out());

    CommandLineRun replace =
        CommandLineRun.of("camera", "add", "hall", "rtsp://192.0.2.10/s", "--data", data);
    assertEquals(0, replace.exitCode(), replace.err());
    CommandLineRun disable = CommandLineRun.of("camera", "disable", "hall", "door", "--data", data);
    assertEquals(2, disable.exitCode());
    assertEquals("Camera 'hall' is disabled.", disable.out().strip());
    assertTrue(disable.err().contains("there is no camera 'door'"), disable.err());
    CommandLineRun list = CommandLineRun.of("camera", "list", "--json", "--data", data);
    assertEquals(0, list.exitCode(), list.err());
    JsonNode cameras = new ObjectMapper().readTree(list.out());
    assertEquals("hall", cameras.get(0).get("id").asText());
    assertEquals("disabled", cameras.get(0).get("state").asText());
    assertEquals("rtsp://192.0.2.10/s", cameras.get(0).get("url").asText());
    assertEquals(1, cameras.get(0).get("masks").size(), "nobody uncovers by the way");
    assertEquals("rtsp://****:${secret:yard}@192.0.2.9/s", cameras.get(1).get("url").asText());
    assertEquals(
        "rtsp://****:${secret:yard}@192.0.2.9/main", cameras.get(1).get("closeUpUrl").asText());
    assertEquals("unknown", cameras.get(1).get("state").asText(), "nothing runs here");

    bothStreamsAreTried(data);

    assertTrue(Files.isDirectory(Path.of("src")));
    CommandLineRun test = CommandLineRun.of("camera", "test", "src", "--data", data);
    assertEquals(2, test.exitCode(), "a folder of that name hides no camera");
    assertTrue(test.err().contains("There is no camera 'src'"), test.err());
    assertTrue(test.err().contains("./src"), test.err());
  }

  private static void bothStreamsAreTried(String data) {
    try (RtspServer server = new RtspServer(0, new Access.Digest("viewer", "hunter2"))) {
      server.add("small", MovingPattern.h264(320, 240, 20));
      server.add("large", MovingPattern.h264(640, 480, 20));
      server.start();
      String small = server.url("small").replace("//", "//viewer:hunter2@");
      String large = server.url("large").replace("//", "//viewer:hunter2@");
      CommandLineRun refused =
          CommandLineRun.of(
              "camera", "add", "gate", small, "--close-up", "clip.mp4", "--data", data);
      assertEquals(2, refused.exitCode());
      assertEquals(1, refused.err().strip().lines().count(), refused.err());
      CommandLineRun add =
          CommandLineRun.of(
              "camera",
              "add",
              "gate",
              small,
              "--close-up",
              large,
              "--rotate",
              "90",
              "--data",
              data);
      assertEquals(0, add.exitCode(), add.err());
      assertWarns(add, "gate");
      CommandLineRun list = CommandLineRun.of("camera", "list", "--data", data);
      assertTrue(list.out().contains("  close-ups from rtsp://****@"), list.out());
      CommandLineRun test =
          CommandLineRun.of("camera", "test", "gate", "--seconds", "1", "--data", data);
      assertEquals(0, test.exitCode(), test.err());
      assertTrue(test.out().contains("240 x 320"), test.out());
      assertTrue(test.out().contains("close-ups    rtsp://****@"), test.out());
      assertTrue(test.out().contains("h264, 480 x 640"), test.out());
      assertFalse((list.out() + test.out() + refused.err()).contains("hunter2"), test.out());
    }
  }

  @Test
  void addKeepsWhatIsNotGivenAndPruneWithoutACameraMustBeMeant() throws Exception {
    String data = folder.resolve("data").toString();
    Path file = folder.resolve("cameras.yaml");
    Files.writeString(
        file,
        """
        cameras:
          - id: hall
            url: rtsp://192.0.2.8/s
            fps: 2
            enabled: false
            tags: [north]
            transport: udp
            detection: {min-face-size: 30, max-faces: 4}
            motion: {masks: [[[0.5, 0.5], [1, 0.5], [1, 1]]]}
            masks: [[[0, 0], [0.5, 0], [0, 0.25]]]
            zones: [{name: gate, polygon: [[0, 0.75], [0.5, 1], [0, 1]]}]
        """);
    CommandLineRun apply = CommandLineRun.of("camera", "apply", "" + file, "--data", data);
    assertEquals(0, apply.exitCode(), apply.err());

    CommandLineRun add =
        CommandLineRun.of(
            "camera", "add", "hall", "rtsp://192.0.2.9/s", "--min-face", "40", "--data", data);
    assertEquals(0, add.exitCode(), add.err());
    assertEquals(
        "Camera 'hall' is registered; its privacy masks are kept; it is disabled,"
            + " `camera enable hall` runs it.",
        add.out().strip());
    CommandLineRun secured =
        CommandLineRun.of("camera", "add", "hall", "rtsps://192.0.2.9/s", "--data", data);
    assertEquals(2, secured.exitCode());
    assertTrue(secured.err().contains("remove transport udp"), secured.err());
    JsonNode hall = cameras(data).get(0);
    assertEquals("rtsp://192.0.2.9/s", hall.get("url").asText());
    assertEquals(2, hall.get("fps").asDouble());
    assertFalse(hall.get("enabled").asBoolean());
    assertEquals("north", hall.get("tags").get(0).asText());
    assertEquals("udp", hall.get("transport").asText());
    assertEquals(40, hall.get("detection").get("minFaceSize").asInt());
    assertEquals(4, hall.get("detection").get("maxFaces").asInt());

    for (String turn : new String[] {"90", "270", "0"}) {
      CommandLineRun turned =
          CommandLineRun.of(
              "camera", "add", "hall", "rtsp://192.0.2.9/s", "--rotate", turn, "--data", data);
      assertEquals(0, turned.exitCode(), turned.err());
      assertTrue(turned.out().contains("masks and zones are turned with"), turned.out());
      JsonNode areas = cameras(data).get(0);
      // What was masked in the picture's upper left corner is in its upper right one now.
      String[] wanted =
          switch (turn) {
            case "90" ->
                new String[] {"[1.0,0.0],[1.0,0.5],[0.75,0.0]", "[0.25,0.0],[0.0,0.5],[0.0,0.0]"};
            case "270" ->
                new String[] {"[0.0,1.0],[0.0,0.5],[0.25,1.0]", "[0.75,1.0],[1.0,0.5],[1.0,1.0]"};
            default ->
                new String[] {"[0.0,0.0],[0.5,0.0],[0.0,0.25]", "[0.0,0.75],[0.5,1.0],[0.0,1.0]"};
          };
      assertEquals("[[" + wanted[0] + "]]", areas.get("masks").toString());
      assertEquals("[" + wanted[1] + "]", areas.get("zones").get(0).get("polygon").toString());
      String moving = areas.get("motion").get("masks").toString();
      assertEquals(turn.equals("0"), moving.equals("[[[0.5,0.5],[1.0,0.5],[1.0,1.0]]]"), moving);
    }

    Files.writeString(file, "cameras: []");
    CommandLineRun refused =
        CommandLineRun.of("camera", "apply", "" + file, "--prune", "--data", data);
    assertEquals(2, refused.exitCode());
    assertTrue(refused.err().contains("has no camera"), refused.err());
    assertEquals(1, cameras(data).size());
    CommandLineRun meant =
        CommandLineRun.of("camera", "apply", "" + file, "--prune", "--allow-empty", "--data", data);
    assertEquals(0, meant.exitCode(), meant.err());
    assertTrue(meant.out().contains("Removed: hall."), meant.out());
  }

  private static JsonNode cameras(String data) throws Exception {
    CommandLineRun list = CommandLineRun.of("camera", "list", "--json", "--data", data);
    assertEquals(0, list.exitCode(), list.err());
    return new ObjectMapper().readTree(list.out());
  }

  @Test
  void whatWasEnabledAgainAndRunsNowhereIsUnknown() {
    Camera door = Camera.of("door", "rtsp://192.0.2.7/s");
    Instant now = Instant.now();
    CameraReport disabled = off("disabled", now);
    assertEquals("disabled", CameraListCommand.state(door.withEnabled(false), disabled, now));
    assertEquals("unknown", CameraListCommand.state(door, disabled, now));
    assertEquals("off", CameraListCommand.state(door, off("ended", now), now));
  }

  @Test
  void aClockThatIsHalfAMinuteWrongDoesNotHideALiveCamera() {
    Camera door = Camera.of("door", "rtsp://192.0.2.7/s");
    Instant now = Instant.now();
    // A worker tells every ten seconds: this one's clock is half a minute, or more, behind or
    // ahead.
    for (int late : new int[] {-50, 5, 39, 80}) {
      CameraReport live = report(CameraState.LIVE, null, now.minusSeconds(late));
      assertEquals("live", CameraListCommand.state(door, live, now), late + " s");
    }
    CameraReport quiet = report(CameraState.LIVE, null, now.minusSeconds(45));
    assertEquals("last report 45 s ago", CameraListCommand.detail(quiet, now));
    CameraReport gone = report(CameraState.LIVE, null, now.minusSeconds(95));
    assertEquals("unknown", CameraListCommand.state(door, gone, now));
  }

  private static CameraReport off(String reason, Instant at) {
    return report(CameraState.OFF, reason, at);
  }

  private static CameraReport report(CameraState state, String reason, Instant at) {
    return CameraReportBuilder.builder()
        .camera("door")
        .state(state)
        .since(at)
        .reason(reason)
        .worker("tester")
        .framesDropped(Map.of())
        .droppedPerSecond(Map.of())
        .at(at)
        .build();
  }

  @Test
  void aCameraThatLosesFramesSaysSoInTheTable() throws InvalidRecordException {
    String told =
        "{\"camera\":\"door\",\"state\":\"live\",\"since\":\"2026-11-22T06:50:08.120Z\",%s"
            + "\"fpsIn\":25.0,\"fpsOut\":1.0,\"codec\":\"h264\",\"width\":1280,\"height\":720,"
            + "\"framesIn\":9,\"framesOut\":5,\"at\":\"2026-11-22T06:50:18.120Z\"}";
    assertEquals("1.0 of 25.0 fps, h264 1280 x 720", detail(told.formatted("")));
    String losing = "\"reason\":\"behind\",\"droppedPerSecond\":{\"too-old\":0.2,\"behind\":23.8},";
    assertEquals(
        "1.0 of 25.0 fps, h264 1280 x 720; losses per second: 23.8 behind, 0.2 too-old",
        detail(told.formatted(losing)));
  }

  private static String detail(String report) throws InvalidRecordException {
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>("t", 0, 0, "door", report.getBytes(StandardCharsets.UTF_8));
    CameraReport told = CameraStatusTopic.fromRecord(record).orElseThrow();
    return CameraListCommand.detail(told, told.at());
  }

  private static void assertWarns(CommandLineRun run, String camera) {
    assertEquals(1, run.err().strip().lines().count(), run.err());
    assertTrue(run.err().startsWith("Warning: "), run.err());
    for (String part : new String[] {"'" + camera + "'", "${secret:NAME}", "${env:NAME}"}) {
      assertTrue(run.err().contains(part), run.err());
    }
    assertFalse((run.out() + run.err()).contains("hunter2"), run.err());
  }

  /** As while `run` starts, or stops: the folder is taken, and nothing answers there yet. */
  @Test
  void aFolderThatIsTakenForAMomentIsWaitedFor() throws Exception {
    Path data = folder.resolve("data");
    CommandLineRun add =
        CommandLineRun.of("camera", "add", "door", "rtsp://192.0.2.7/s", "--data", "" + data);
    assertEquals(0, add.exitCode(), add.err());
    assertEquals("", add.err());

    DataFolder taken = DataFolder.take(data, 0);
    CompletableFuture<Void> released =
        CompletableFuture.runAsync(
            () -> {
              try {
                taken.close();
              } catch (java.io.IOException failed) {
                throw new java.io.UncheckedIOException(failed);
              }
            },
            CompletableFuture.delayedExecutor(1500, TimeUnit.MILLISECONDS));
    CommandLineRun list = CommandLineRun.of("camera", "list", "--data", "" + data);
    released.join();
    assertEquals(0, list.exitCode(), list.err());
    assertTrue(list.out().contains("rtsp://192.0.2.7/s"), list.out());
    assertTrue(list.err().startsWith("Waiting for the facestream (process "), list.err());
  }
}
