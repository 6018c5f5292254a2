package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.worker.LogLines;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cameras that are away for long and that come and go. How often they come and go is a property,
 * {@code -Dfacestream.reconnects=1000}; the suite makes do with few.
 */
class ReconnectTest {
  private static final int RECONNECTS = Integer.getInteger("facestream.reconnects", 8);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The defaults of 500 ms and 30 s, 125 times as fast: ten minutes are 4.8 seconds. */
  private static final Duration FIRST = Duration.ofMillis(4);

  private static final Duration CAP = Duration.ofMillis(240);
  private static final Duration ABSENCE = Duration.ofMillis(4_800);

  @TempDir private static Path folder;
  private static IngestSite site;
  private static H264Loop everyFrameAKey;

  @BeforeAll
  static void start() {
    site =
        new IngestSite(
            folder.resolve("kafka"),
            Map.of(
                "ingest.backoff-first", FIRST.toMillis() + "ms",
                "ingest.backoff-cap", CAP.toMillis() + "ms"));
    // A reader need not wait for the next second's key frame.
    everyFrameAKey =
        new H264Loop(
            MovingPattern.h264(320, 240, 40).units().stream().filter(unit -> unit.key()).toList(),
            MovingPattern.FPS);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  @Test
  void aCameraThatIsAwayForLongIsTriedWithCappedAndJitteredPauses() throws Exception {
    try (OwnServer server = new OwnServer(everyFrameAKey)) {
      away("away", server, ABSENCE);
    }
  }

  @Test
  void theSameWithGStreamersServerForHalfAsLong() throws Exception {
    GStreamerServer.assumeInstalled();
    try (GStreamerServer server = new GStreamerServer(folder, "open")) {
      away("away-gstreamer", server, ABSENCE.dividedBy(2));
    }
  }

  private static void away(String camera, CameraServer server, Duration absence) throws Exception {
    try (LogLines log = new LogLines("org.facestream.ingest.fleet.CameraStatus")) {
      site.add(camera, server.url());
      site.await(camera, CameraState.LIVE, PATIENCE);
      server.kill();
      Thread.sleep(absence.toMillis() / 4);
      ProcessFigures early = ProcessFigures.now();
      Thread.sleep(absence.toMillis() * 3 / 4);
      ProcessFigures late = ProcessFigures.now();
      // Without a cap the twentieth attempt would come after half an hour.
      Awaitility.await().atMost(PATIENCE).until(() -> pauses(log, camera).size() >= 20);
      List<Long> pauses = pauses(log, camera);
      server.restart();
      site.await(camera, CameraState.LIVE, PATIENCE);
      double refused = site.count("facestream.camera.reconnects", camera, "connection-refused");

      Figures.print(
          3,
          camera
              + " for %.1f s: %.0f attempts refused, pauses %s ms (first %d, cap %d ms); %s -> %s",
          absence.toMillis() / 1e3,
          refused,
          pauses,
          FIRST.toMillis(),
          CAP.toMillis(),
          early,
          late);
      assertTrue(refused >= 19, pauses::toString);
      List<Long> capped = pauses.subList(8, pauses.size());
      assertTrue(
          capped.stream().allMatch(pause -> pause >= CAP.toMillis() / 2 - 5), capped::toString);
      assertTrue(new HashSet<>(capped).size() > capped.size() / 2, capped + " have no jitter");
      late.assertFlatSince(early);
    } finally {
      site.registry().remove(camera);
    }
  }

  /** From each failure to the next attempt, in milliseconds. */
  private static List<Long> pauses(LogLines log, String camera) {
    List<Long> pauses = new ArrayList<>();
    long failed = -1;
    for (LogLines.Line line : log.lines()) {
      if (!line.text().startsWith("camera " + camera + ": ")) {
        continue;
      }
      if (line.text().contains("-> backoff")) {
        failed = line.millis();
      } else if (line.text().contains("backoff -> connecting") && failed >= 0) {
        pauses.add(line.millis() - failed);
      }
    }
    return pauses;
  }

  @Test
  void threadsHandlesAndMemoryStayFlatOverManyReconnects() {
    try (OwnServer server = new OwnServer(everyFrameAKey)) {
      comeAndGo("coming-and-going", server, RECONNECTS);
    }
  }

  /** Each start of its process takes a second. */
  @Test
  void theSameWithGStreamersServerKilled() {
    GStreamerServer.assumeInstalled();
    try (GStreamerServer server = new GStreamerServer(folder, "open")) {
      comeAndGo("killed-gstreamer", server, Math.max(2, RECONNECTS / 20));
    }
  }

  private static void comeAndGo(String camera, CameraServer server, int times) {
    site.add(camera, server.url());
    try {
      site.await(camera, CameraState.LIVE, PATIENCE);
      int warm = Math.max(1, times / 5);
      ProcessFigures early = null;
      List<String> course = new ArrayList<>();
      for (int i = 1; i <= times; i++) {
        server.kill();
        // It may have come and gone between two looks.
        site.await(camera, CameraState.BACKOFF, CameraState.CONNECTING, PATIENCE);
        server.restart();
        site.await(camera, CameraState.LIVE, PATIENCE);
        if (i == warm) {
          early = ProcessFigures.now();
        }
        if (i % warm == 0) {
          course.add(i + ": " + ProcessFigures.now());
        }
      }
      ProcessFigures late = ProcessFigures.now();
      Figures.print(
          4,
          "%s: killed and restarted %d times, %.0f attempts; after %s",
          camera,
          times,
          site.count("facestream.camera.reconnects", camera),
          Stream.concat(course.stream(), Stream.of("end: " + late)).toList());
      assertTrue(site.count("facestream.camera.reconnects", camera) >= times);
      assertEquals(CameraState.LIVE, site.state(camera));
      late.assertFlatSince(early);
    } finally {
      site.registry().remove(camera);
    }
  }
}
