package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.facestream.deploy.lab.simulation.rtsp.AccessUnit;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.worker.Closing;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One worker, as it is configured by default, with cameras each of which fails in its own way at
 * the same time, and some that do not. All of it happens once; each test judges one camera.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyCamerasTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TURN = Duration.ofMillis(20);

  private Path folder;
  private final Closing closing = new Closing();
  private final Map<String, CameraServer> stalling = new HashMap<>();
  private final Map<String, Instant> liveAgain = new HashMap<>();
  private IngestSite site;
  private final Map<String, FlippingProxy> proxies = new HashMap<>();
  private Instant began;
  private Instant fault;
  private Instant ended;
  private final Map<String, Double> errorsWhileFlipping = new HashMap<>();

  @BeforeAll
  void happen(@TempDir Path temporary) throws Exception {
    folder = temporary;
    site = closing.add(new IngestSite(folder.resolve("kafka"), Map.of()));
    H264Loop video = MovingPattern.h264(320, 240, 20);
    for (String id : List.of("steady", "steady-too")) {
      site.add(id, closing.add(new OwnServer(video)).url());
    }
    stalling.put("stalling", closing.add(new OwnServer(video)));
    site.add("resized", closing.add(new OwnServer(twoSizes())).url());
    proxy("flipped", closing.add(new OwnServer(video)), 400);
    proxy("ruined", closing.add(new OwnServer(video)), 10);
    GStreamerServer resized = null;
    if (GStreamerServer.installed()) {
      stalling.put("stalling-gstreamer", gstreamer());
      resized = gstreamer();
      site.add("resized-gstreamer", resized.url());
      proxy("flipped-gstreamer", resized, 400);
    }
    stalling.forEach((id, server) -> site.add(id, server.url()));
    List<String> cameras = List.copyOf(site.registry().list().stream().map(c -> c.id()).toList());
    for (String camera : cameras) {
      site.await(camera, CameraState.LIVE, PATIENCE);
    }
    began = Instant.now();
    Thread.sleep(3_000);

    fault = Instant.now();
    stalling.values().forEach(CameraServer::freeze);
    site.add("silent", silent());
    if (stalling.containsKey("stalling-gstreamer")) {
      // Stopped, it accepts and never answers.
      site.add("silent-gstreamer", stalling.get("stalling-gstreamer").url());
    }
    proxies.values().forEach(proxy -> proxy.flip(true));
    if (resized != null) {
      resized.resize(640, 480);
    }
    awaitReconnects();
    proxies.forEach(
        (id, proxy) -> {
          errorsWhileFlipping.put(id, site.count("facestream.camera.decode.errors", id));
          proxy.flip(false);
        });
    for (String id : proxies.keySet()) {
      site.await(id, CameraState.LIVE, PATIENCE);
    }
    Thread.sleep(2_000);
    ended = Instant.now();
  }

  private void proxy(String id, CameraServer server, int bytesPerFlip) throws IOException {
    FlippingProxy proxy = closing.add(new FlippingProxy(server.url(), bytesPerFlip));
    proxies.put(id, proxy);
    site.add(id, proxy.url());
  }

  /** Accepts, by the operating system's backlog, and never answers. */
  private String silent() throws IOException {
    ServerSocket socket = closing.add(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    return "rtsp://127.0.0.1:" + socket.getLocalPort() + "/gate";
  }

  private GStreamerServer gstreamer() {
    return closing.add(new GStreamerServer(folder, "open"));
  }

  /** A server that the worker has given up is well again by the time of the next attempt. */
  private void awaitReconnects() throws InterruptedException {
    Instant giveUp = fault.plus(PATIENCE);
    List<String> thawed = new ArrayList<>();
    while (liveAgain.size() < stalling.size()
        || site.observations().reports("silent", CameraState.BACKOFF).isEmpty()) {
      assertTrue(Instant.now().isBefore(giveUp), "live again: " + liveAgain);
      stalling.forEach(
          (id, server) -> {
            if (!thawed.contains(id) && site.count("facestream.camera.reconnects", id) > 0) {
              server.thaw();
              thawed.add(id);
            } else if (thawed.contains(id) && site.state(id) == CameraState.LIVE) {
              liveAgain.putIfAbsent(id, Instant.now());
            }
          });
      Thread.sleep(TURN.toMillis());
    }
  }

  @AfterAll
  void close() {
    stalling.values().forEach(CameraServer::thaw);
    closing.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"silent", "silent-gstreamer"})
  void aServerThatNeverAnswersIsDownWithinTenSeconds(String camera) {
    skipWithout(camera);
    CameraReport down = site.observations().reports(camera, CameraState.BACKOFF).get(0);
    Duration took = Duration.between(fault, down.since());
    Figures.print(1, "%s: down (%s) after %.1f s", camera, down.reason(), seconds(took));
    assertEquals("connect-timeout", down.reason());
    assertTrue(took.toSeconds() < 10, took::toString);
  }

  /** 5 frames a second before and while others fail, or as many as a busy machine gave before. */
  @Test
  void theOthersKeepTheirRate() {
    for (String camera : List.of("steady", "steady-too")) {
      List<Integer> before = site.observations().series(camera, began, fault);
      List<Integer> after = site.observations().series(camera, fault, ended);
      Duration gap = site.observations().longestGap(camera, began, ended);
      Figures.print(
          1,
          "%s: frames in each second before %s, while others fail %s; longest gap %d ms",
          camera,
          before,
          after,
          gap.toMillis());
      double rate = after.stream().mapToInt(Integer::intValue).average().orElseThrow();
      double usual = before.stream().mapToInt(Integer::intValue).average().orElseThrow();
      assertTrue(rate <= 6 && rate >= Math.min(4, 0.8 * usual), camera + ": " + rate);
      long usualGap = site.observations().longestGap(camera, began, fault).toMillis();
      assertTrue(gap.toMillis() < Math.max(2_000, 4 * usualGap), gap::toString);
      assertEquals(0, site.count("facestream.camera.reconnects", camera));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stalling", "stalling-gstreamer"})
  void aStallEndsInOneReconnectWithin15Seconds(String camera) {
    skipWithout(camera);
    Duration took = Duration.between(fault, liveAgain.get(camera));
    List<String> states =
        site.observations().reports(camera).stream()
            .filter(report -> report.since().isAfter(fault))
            .map(
                report ->
                    "%s %.1f s"
                        .formatted(
                            report.state().label(),
                            seconds(Duration.between(fault, report.since()))))
            .distinct()
            .toList();
    double reconnects = site.count("facestream.camera.reconnects", camera);
    Figures.print(
        2, "%s: %s; live %.1f s; reconnects %.0f", camera, states, seconds(took), reconnects);
    assertEquals(1, reconnects);
    assertEquals(1, site.count("facestream.camera.reconnects", camera, "read-timeout"));
    assertTrue(took.toSeconds() < 15, took::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resized", "resized-gstreamer"})
  void aChangeOfResolutionGoesOn(String camera) {
    skipWithout(camera);
    List<String> sizes =
        site.observations().frames(camera).stream()
            .map(seen -> seen.width() + "x" + seen.height())
            .distinct()
            .toList();
    long epochs =
        site.observations().frames(camera).stream()
            .map(Observations.Seen::epoch)
            .distinct()
            .count();
    Duration gap = site.observations().longestGap(camera, began, ended);
    Figures.print(
        5,
        "%s: sizes %s in %d connection, longest gap %d ms",
        camera,
        sizes,
        epochs,
        gap.toMillis());
    assertEquals(List.of("320x240", "640x480"), sizes.stream().sorted().toList());
    assertEquals(1, epochs);
    assertEquals(0, site.count("facestream.camera.reconnects", camera));
    CameraReport last =
        site.observations().reports(camera).stream().reduce((a, b) -> b).orElseThrow();
    assertTrue(Stream.of(320, 640).anyMatch(last.width()::equals), last::toString);
    assertTrue(gap.toMillis() < 3_000, gap::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"flipped", "ruined", "flipped-gstreamer"})
  void corruptPayloadIsCountedAndSkipped(String camera) {
    skipWithout(camera);
    int after = site.observations().frames(camera, ended.minusMillis(1_500), ended).size();
    Figures.print(
        6,
        "%s: %d bits flipped in %.0f s, %.0f damaged packets and pictures counted, %d frames"
            + " published, %.0f reconnects; %d frames in the 1.5 s after it",
        camera,
        proxies.get(camera).flipped(),
        seconds(Duration.between(fault, ended)),
        errorsWhileFlipping.get(camera),
        site.observations().frames(camera, fault, ended.minusSeconds(2)).size(),
        site.count("facestream.camera.reconnects", camera),
        after);
    assertTrue(proxies.get(camera).flipped() > 20, "too little was flipped");
    assertTrue(errorsWhileFlipping.get(camera) > 0, "nothing was counted");
    assertTrue(after > 0, "no picture after it");
  }

  private static void skipWithout(String camera) {
    if (camera.endsWith("-gstreamer")) {
      GStreamerServer.assumeInstalled();
    }
  }

  /** Two seconds of one size and two of another, over and over. */
  private static H264Loop twoSizes() {
    List<AccessUnit> units = new ArrayList<>(MovingPattern.h264(320, 240, 20).units());
    units.addAll(MovingPattern.h264(640, 480, 20).units());
    return new H264Loop(units, MovingPattern.FPS);
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
