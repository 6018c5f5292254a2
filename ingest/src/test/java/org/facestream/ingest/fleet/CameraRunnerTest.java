package org.facestream.ingest.fleet;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.DecoderChoice;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.MotionOptions;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.source.TestVideo;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Cameras that fail in every way, beside a broker that is not there. */
class CameraRunnerTest {
  @TempDir private Path folder;
  private final Telemetry telemetry = new Telemetry();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private FramePublisher publisher;
  private StatusPublisher reports;
  private CameraFleet fleet;

  @BeforeEach
  void watchLog() {
    log.list = new CopyOnWriteArrayList<>();
    log.start();
    ((Logger) LoggerFactory.getLogger("org.facestream")).addAppender(log);
    ((Logger) LoggerFactory.getLogger("org.facestream")).setLevel(Level.DEBUG);
  }

  private void open(String... settings) {
    Map<String, String> options = new HashMap<>();
    options.put("kafka.bootstrap-servers", "127.0.0.1:1");
    options.put("ingest.files-folder", folder.toString());
    options.put("ingest.connect-timeout", "500ms");
    options.put("ingest.first-frame-timeout", "500ms");
    options.put("ingest.read-timeout", "500ms");
    options.put("ingest.backoff-first", "20ms");
    options.put("ingest.backoff-cap", "100ms");
    for (int i = 0; i < settings.length; i += 2) {
      options.put(settings[i], settings[i + 1]);
    }
    Settings all =
        Settings.load(
            List.of(KafkaConfig.class, IngestConfig.class), Optional.empty(), Map.of(), options);
    IngestConfig config = all.get(IngestConfig.class);
    KafkaClients clients = new KafkaClients(all.get(KafkaConfig.class));
    publisher = new FramePublisher(config, clients, telemetry);
    reports = new StatusPublisher(clients, "tester", telemetry);
    fleet = new CameraFleet(config, new SourceRules(config), publisher, reports, telemetry);
    fleet.prepare();
  }

  @AfterEach
  void close() {
    fleet.removeAll(CameraFleet.Leaving.STOPPED, Duration.ofSeconds(3));
    reports.close();
    publisher.close();
    assertEquals(0, cameraThreads(), "every camera's thread ended");
    ((Logger) LoggerFactory.getLogger("org.facestream")).detachAppender(log);
    ((Logger) LoggerFactory.getLogger("org.facestream")).setLevel(null);
    for (ILoggingEvent event : log.list) {
      String text = event.getFormattedMessage();
      if (event.getThrowableProxy() != null) {
        text += ThrowableProxyUtil.asString(event.getThrowableProxy());
      }
      assertFalse(text.contains("s3cr3t"), text);
    }
    assertFalse(telemetry.scrape().contains("s3cr3t"));
    telemetry.close();
  }

  @Test
  void aServerThatAcceptsAndNeverAnswersIsGivenUpInTimeAndAgain() throws IOException {
    open();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      fleet.put(Camera.of("a", "rtsp://u:s3cr3t@127.0.0.1:" + silent.getLocalPort() + "/s"));
      await()
          .atMost(10, TimeUnit.SECONDS)
          .until(() -> count("facestream.camera.reconnects", "reason", "connect-timeout") >= 2);
    }
  }

  @Test
  void oneThatHangsInConnectEndsAtOnceWhenStopped() throws IOException {
    open("ingest.connect-timeout", "1h");
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      fleet.put(Camera.of("a", "rtsp://127.0.0.1:" + silent.getLocalPort() + "/s"));
      silent.accept().getInputStream().read();
      long begun = System.nanoTime();
      fleet.removeAll(CameraFleet.Leaving.STOPPED, Duration.ofSeconds(5));
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(2));
      assertEquals(0, cameraThreads());
    }
  }

  @Test
  void oneThatHangsUpAndOneThatIsNotThere() throws IOException {
    open();
    int nobody;
    try (ServerSocket freed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = freed.getLocalPort();
    }
    fleet.put(Camera.of("gone", "rtsp://u:s3cr3t@127.0.0.1:" + nobody + "/s"));
    await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> count("facestream.camera.reconnects", "reason", "connection-refused") >= 5);
    try (ServerSocket rude = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread server =
          new Thread(
              () -> {
                try {
                  while (true) {
                    try (Socket client = rude.accept()) {
                      client.getInputStream().read();
                    }
                  }
                } catch (IOException closed) {
                  // The test is over.
                }
              },
              "rude-server");
      server.start();
      fleet.put(Camera.of("rude", "rtsp://u:s3cr3t@127.0.0.1:" + rude.getLocalPort() + "/s"));
      await()
          .atMost(10, TimeUnit.SECONDS)
          .until(() -> count("facestream.camera.reconnects", "camera", "rude") >= 5);
    }
  }

  @Test
  void whatIsRefusedAndWhatLacksASecretShowsItsReason() {
    open();
    fleet.put(Camera.of("web", "http://u:s3cr3t@127.0.0.1/s"));
    fleet.put(Camera.of("poor", "rtsp://u:${secret:NONE}@127.0.0.1/s"));
    await()
        .atMost(10, TimeUnit.SECONDS)
        .until(
            () ->
                count("facestream.camera.reconnects", "reason", "url-refused") >= 1
                    && count("facestream.camera.reconnects", "reason", "secret-missing") >= 1);
  }

  @Test
  void manySilentCamerasTakeNothingFromOneThatLives() throws IOException {
    open("ingest.connect-timeout", "1h");
    TestVideo.write(folder.resolve("clip.mp4"), "libopenh264", 160, 120, 10, 10);
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 15; i++) {
        fleet.put(Camera.of("s" + i, "rtsp://127.0.0.1:" + silent.getLocalPort() + "/s"));
      }
      fleet.put(Camera.of("clip", "clip.mp4").withLoop(true));
      await().atMost(10, TimeUnit.SECONDS).until(() -> in("clip") > 0);
      double before = in("clip");
      long begun = System.nanoTime();
      await().atMost(10, TimeUnit.SECONDS).until(() -> in("clip") >= before + 25);
      double fps = 25 / ((System.nanoTime() - begun) / 1e9);
      assertEquals(10, fps, 2.5, "a looping file runs in its own time");
      // No broker: every sampled frame is dropped, counted, and nothing waits.
      assertTrue(count("facestream.dropped", "reason", "broker-away") >= 8);
      assertEquals(15, stateSum("connecting"));
      assertEquals(1, stateSum("live"));
    }
  }

  @Test
  void aFileThatEndsIsOffAndAChangeStartsItAnew() {
    open();
    TestVideo.write(folder.resolve("clip.mp4"), "mpeg4", 160, 120, 25, 5);
    fleet.put(Camera.of("clip", "clip.mp4"));
    await().atMost(10, TimeUnit.SECONDS).until(() -> stateSum("off") == 1);
    assertEquals(5, in("clip"));
    fleet.put(Camera.of("clip", "clip.mp4").withTags(List.of("new")));
    fleet.put(Camera.of("clip", "clip.mp4").withLoop(true));
    await().atMost(10, TimeUnit.SECONDS).until(() -> in("clip") > 12 && stateSum("live") == 1);
    double epochs = count("facestream.camera.transitions", "state", "connecting");
    fleet.put(
        Camera.of("clip", "clip.mp4")
            .withLoop(true)
            .withJpegQuality(30)
            .withMasks(List.of(Polygon.of(List.of(of(0, 0), of(1, 0), of(0, 1))))));
    double seen = in("clip");
    await().atMost(10, TimeUnit.SECONDS).until(() -> in("clip") > seen + 10);
    assertEquals(
        epochs,
        count("facestream.camera.transitions", "state", "connecting"),
        "a mask needs no new connection");
    fleet.put(Camera.of("clip", "clip.mp4").withEnabled(false));
    await()
        .atMost(5, TimeUnit.SECONDS)
        .until(
            () -> {
              fleet.watch();
              return cameraThreads() == 0
                  && telemetry.registry().find("facestream.camera.state").gauges().isEmpty();
            });
  }

  private static List<Double> of(double x, double y) {
    return List.of(x, y);
  }

  @Test
  void withoutTheHardwareTheProcessorDecodesAndThatIsSaidOnce() {
    open();
    TestVideo.write(folder.resolve("clip.mp4"), "libopenh264", 160, 120, 25, 10);
    for (DecoderChoice choice : DecoderChoice.values()) {
      for (int i = 0; i < 2; i++) {
        String id = choice.name().toLowerCase(java.util.Locale.ROOT) + i;
        fleet.put(Camera.of(id, "clip.mp4").withDecoder(choice));
        await().atMost(10, TimeUnit.SECONDS).until(() -> in(id) == 10);
      }
    }
    long said = log.list.stream().filter(e -> e.getMessage().startsWith("decoder ")).count();
    assertEquals(3, said, "once for each of cuda, vaapi and auto");
  }

  @Test
  void aStillSceneIsHeldBackAndItsMovementIsNot() {
    open("ingest.fps", "10", "ingest.motion-keep-alive", "1h", "ingest.motion-post-roll", "0s");
    TestVideo.write(
        folder.resolve("clip.mp4"),
        "libopenh264",
        320,
        240,
        10,
        40,
        TestVideo.Coding.USUAL,
        (frame, i) -> TestVideo.square(frame, i >= 25 && i < 30 ? i * 8 : -1, 100));
    fleet.put(Camera.of("clip", "clip.mp4").withMotion(MotionOptions.DEFAULT));
    await().atMost(15, TimeUnit.SECONDS).until(() -> stateSum("off") == 1);
    // Nobody takes them: what was published was dropped.
    double published = count("facestream.dropped", "reason", "broker-away");
    double still = count("facestream.held.back", "reason", "still");
    assertEquals(40, published + still, "each is published or counted");
    assertEquals(published, telemetry.part("ingest", "encode").count(), "no other is encoded");
    // The first, ten before the movement, its five, and a few until its going is forgotten.
    assertTrue(published >= 15 && published <= 30, "published: " + published);
  }

  @Test
  void oneThatCannotBeStartedHarmsNoOtherAndIsTriedAgain() {
    open();
    TestVideo.write(folder.resolve("clip.mp4"), "libopenh264", 160, 120, 10, 10);
    AtomicBoolean failing = new AtomicBoolean(true);
    failWhen(id -> failing.get() && id.getName().equals("facestream.camera.state"));
    fleet.put(Camera.of("bad", "clip.mp4").withLoop(true));
    fleet.put(Camera.of("good", "clip.mp4").withLoop(true));
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () -> {
              fleet.watch();
              return in("good") > 0 && count("facestream.camera.faults", "camera", "bad") >= 3;
            });
    assertEquals(0, count("facestream.camera.faults", "camera", "good"));
    failing.set(false);
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () -> {
              fleet.watch();
              return in("bad") > 0;
            });
  }

  @Test
  void aFaultWhileOneIsLookedAfterDoesNotReachTheOthers() {
    // Whoever is looked at is taken for stalled.
    open("ingest.stall-after", "1ms");
    TestVideo.write(folder.resolve("clip.mp4"), "libopenh264", 160, 120, 2, 10);
    failWhen(id -> "stalled".equals(id.getTag("state")) && id.getName().endsWith("transitions"));
    fleet.put(Camera.of("bad", "clip.mp4").withLoop(true));
    fleet.put(Camera.of("good", "clip.mp4").withLoop(true));
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () -> {
              fleet.watch();
              return count("facestream.camera.faults", "camera", "bad") >= 1
                  && stateOf("good", "stalled") == 1;
            });
  }

  /** An error at such a meter of the camera {@code bad}: as when the system gives no thread. */
  private void failWhen(Predicate<Meter.Id> when) {
    telemetry
        .registry()
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                if ("bad".equals(id.getTag("camera")) && when.test(id)) {
                  throw new InternalError("no thread for rtsp://u:s3cr3t@127.0.0.1/s");
                }
                return MeterFilterReply.NEUTRAL;
              }
            });
  }

  private double stateOf(String camera, String state) {
    return telemetry
        .registry()
        .get("facestream.camera.state")
        .tags("camera", camera, "state", state)
        .gauge()
        .value();
  }

  private double in(String camera) {
    return telemetry.in("ingest", camera).count();
  }

  private double stateSum(String state) {
    return telemetry
        .registry()
        .find("facestream.camera.state")
        .tag("state", state)
        .gauges()
        .stream()
        .mapToDouble(gauge -> gauge.value())
        .sum();
  }

  private double count(String name, String tag, String value) {
    double sum = 0;
    for (Meter meter : telemetry.registry().find(name).tag(tag, value).meters()) {
      sum += ((Counter) meter).count();
    }
    return sum;
  }

  private static long cameraThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("camera-"))
        .count();
  }
}
