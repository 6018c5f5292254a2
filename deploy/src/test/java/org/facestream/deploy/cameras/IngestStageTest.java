package org.facestream.deploy.cameras;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.IngestStage;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ingest workers as a consumer group over the cameras topic, on a real broker. */
class IngestStageTest {
  @TempDir private Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private EmbeddedKafka kafka;
  private ServerSocket silent;
  private CameraRegistry registry;

  private record Running(IngestStage stage, Telemetry telemetry) {
    /** The cameras that it runs, in whatever state. */
    Set<String> cameras() {
      Set<String> ids = new TreeSet<>();
      for (Gauge gauge : telemetry.registry().find("facestream.camera.state").gauges()) {
        if (gauge.value() == 1 && !gauge.getId().getTag("state").equals("off")) {
          ids.add(gauge.getId().getTag("camera"));
        }
      }
      return ids;
    }
  }

  @BeforeEach
  void start() throws IOException {
    kafka = new EmbeddedKafka(folder, 0);
    // Cameras that connect and hang: enough to see who runs them.
    silent = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    registry = new CameraRegistry(new KafkaClients(settings().get(KafkaConfig.class)));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    silent.close();
    kafka.close();
  }

  @Test
  void camerasComeChangeAndGoSoonOnExactlyOneWorker() {
    registry.apply(List.of(camera("a"), camera("b"), camera("c").withEnabled(false)), false);
    Running first = worker();
    await().atMost(20, TimeUnit.SECONDS).until(() -> first.stage().health().ready());
    soon(() -> first.cameras().equals(Set.of("a", "b")));

    awaitTold("a", "connecting");
    awaitTold("c", "off disabled");

    registry.add(camera("d"));
    soon(() -> first.cameras().equals(Set.of("a", "b", "d")));
    registry.add(camera("c"));
    soon(() -> first.cameras().contains("c"));
    assertTrue(registry.remove("a"));
    soon(() -> !first.cameras().contains("a"));
    assertFalse(registry.remove("a"));
    awaitTold("a", "");
    registry.add(camera("b").withEnabled(false));
    soon(() -> first.cameras().equals(Set.of("c", "d")));
    awaitTold("b", "off disabled");

    try (RtspServer server = new RtspServer()) {
      server.add("live", MovingPattern.h264(320, 240, 20));
      server.start();
      registry.add(Camera.of("live", server.url("live")));
      await()
          .atMost(30, TimeUnit.SECONDS)
          .until(
              () -> {
                CameraReport report = registry.reports().get("live");
                return report != null && report.fpsIn() != null && report.fpsIn() > 8;
              });
      CameraReport report = registry.reports().get("live");
      assertEquals(CameraState.LIVE, report.state());
      assertEquals("h264", report.codec());
      assertEquals(320, report.width());
      assertTrue(report.bitsPerSecond() > 1000 && report.framesOut() > 0, report.toString());
      assertEquals("tester", report.worker());
      assertTrue(report.bytesIn() > 1000, report.toString());
      maskingGoesOnWithoutANewConnection(report);
      server.stop();
      awaitTold("live", "backoff (connection-refused|ended|input-output)");
    }
    first.stage().close();
    assertEquals("off stopped", told("live"));
    assertEquals("off stopped", told("d"));
  }

  private void maskingGoesOnWithoutANewConnection(CameraReport before) {
    Frame open = lastFrame(before.camera());
    assertEquals(before.epoch(), open.epoch());
    assertTrue(brightest(open) > 150, "the pattern has a white square");
    Camera camera = registry.find(before.camera()).orElseThrow();
    Polygon everything =
        Polygon.of(
            List.of(List.of(0.0, 0.0), List.of(1.0, 0.0), List.of(1.0, 1.0), List.of(0.0, 1.0)));
    registry.add(camera.withMasks(List.of(everything)));
    await().atMost(20, TimeUnit.SECONDS).until(() -> brightest(lastFrame(camera.id())) == 0);
    assertEquals(open.epoch(), lastFrame(camera.id()).epoch());
  }

  private Frame lastFrame(String camera) {
    KafkaClients clients = new KafkaClients(settings().get(KafkaConfig.class));
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, FrameTopic.TOPIC)) {
      reader.readToEnd(
          record -> {
            if (record.key().equals(camera)) {
              records.add(record);
            }
          });
    }
    try {
      return FrameTopic.fromRecord(records.get(records.size() - 1));
    } catch (InvalidRecordException broken) {
      throw new AssertionError(broken);
    }
  }

  private static int brightest(Frame frame) {
    try (Picture picture = Picture.decodeFrame(frame.jpeg());
        UByteIndexer pixels = picture.rgb().createIndexer()) {
      int brightest = 0;
      for (long i = 0; i < 3L * picture.width() * picture.height(); i++) {
        brightest =
            Math.max(
                brightest, pixels.get(i / (3L * picture.width()), i / 3 % picture.width(), i % 3));
      }
      return brightest;
    } catch (UnreadablePictureException broken) {
      throw new AssertionError(broken);
    }
  }

  /** Reading a topic takes longer than its being written on a machine that has much to do. */
  private void awaitTold(String id, String pattern) {
    await().atMost(20, TimeUnit.SECONDS).until(() -> told(id).matches(pattern));
  }

  /** State and reason of a camera in the status topic. */
  private String told(String id) {
    CameraReport report = registry.reports().get(id);
    return report == null
        ? ""
        : report.state().label() + (report.reason() == null ? "" : " " + report.reason());
  }

  @Test
  void workersShareTheCamerasAndTakeOverFromOneThatEnds() throws Exception {
    List<Camera> cameras = new ArrayList<>();
    Set<String> ids = new TreeSet<>();
    for (int i = 0; i < 24; i++) {
      cameras.add(camera("camera-" + i));
      ids.add("camera-" + i);
    }
    registry.apply(cameras, false);
    Running first = worker();
    await().atMost(20, TimeUnit.SECONDS).until(() -> first.cameras().equals(ids));
    Running second = worker();
    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () -> {
              Set<String> both = new TreeSet<>(first.cameras());
              both.addAll(second.cameras());
              return both.equals(ids)
                  && first.cameras().size() + second.cameras().size() == ids.size()
                  && !first.cameras().isEmpty()
                  && !second.cameras().isEmpty();
            });
    first.stage().close();
    assertEquals(Set.of(), first.cameras());
    await().atMost(20, TimeUnit.SECONDS).until(() -> second.cameras().equals(ids));
  }

  @Test
  void lastWordsThatKafkaRefusesAreToldAgain() throws Exception {
    registry.apply(List.of(camera("a"), camera("b")), false);
    Running worker = worker();
    awaitTold("a", "connecting");
    awaitTold("b", "connecting");
    KafkaClients clients = new KafkaClients(settings().get(KafkaConfig.class));
    largestStatus(clients, "1");
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      String topic = clients.name(CameraStatusTopic.TOPIC);
      await().atMost(20, TimeUnit.SECONDS).until(() -> refused(producer, topic));
      registry.add(camera("a").withEnabled(false));
      // Not by the registry, which would tell the status topic, too.
      producer.send(CameraTopic.tombstone(clients.name(CameraTopic.TOPIC), "b")).get();
      for (String camera : List.of("a", "b")) {
        await()
            .atMost(20, TimeUnit.SECONDS)
            .until(
                () ->
                    !worker.cameras().contains(camera)
                        && worker.telemetry().dropped("ingest", camera, "status-not-taken").count()
                            >= 1);
        assertEquals("connecting", told(camera));
      }
    }
    largestStatus(clients, "1048576");
    awaitTold("a", "off disabled");
    awaitTold("b", "");
  }

  private static boolean refused(Producer<String, byte[]> producer, String topic)
      throws InterruptedException {
    try {
      producer.send(CameraStatusTopic.tombstone(topic, "nobody")).get();
      return false;
    } catch (ExecutionException failed) {
      return failed.getCause() instanceof RecordTooLargeException;
    }
  }

  /** Nothing is as small as a byte: Kafka takes no status then. */
  private static void largestStatus(KafkaClients clients, String bytes) throws Exception {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, clients.name(CameraStatusTopic.TOPIC));
    AlterConfigOp set =
        new AlterConfigOp(
            new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes), AlterConfigOp.OpType.SET);
    try (Admin admin = clients.admin()) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
    }
  }

  @Test
  void applyingAgainChangesNothing() {
    List<Camera> cameras = List.of(camera("a"), camera("b"));
    assertEquals(List.of("a", "b"), registry.apply(cameras, true).added());
    CameraRegistry.Applied again = registry.apply(cameras, true);
    assertEquals(List.of("a", "b"), again.unchanged());
    assertEquals(List.of(), again.added());
    CameraRegistry.Applied changed =
        registry.apply(List.of(camera("b").withFps(2.0), camera("c")), true);
    assertEquals(List.of("c"), changed.added());
    assertEquals(List.of("b"), changed.changed());
    assertEquals(List.of("a"), changed.removed());
    assertEquals(List.of(camera("b").withFps(2.0), camera("c")), registry.list());
    assertEquals(Optional.of(camera("c")), registry.find("c"));
    assertEquals(Optional.empty(), registry.find("a"));
  }

  /** Two seconds on a machine that has little else to do. */
  private static void soon(Callable<Boolean> condition) {
    await().pollInterval(Duration.ofMillis(50)).atMost(10, TimeUnit.SECONDS).until(condition);
  }

  private Camera camera(String id) {
    return Camera.of(id, "rtsp://127.0.0.1:" + silent.getLocalPort() + "/" + id);
  }

  private Running worker() {
    Settings settings = settings();
    Telemetry telemetry = new Telemetry();
    open.add(0, telemetry);
    IngestStage stage =
        new IngestStage(
            settings.get(IngestConfig.class),
            settings.get(WorkerConfig.class),
            new KafkaClients(settings.get(KafkaConfig.class)),
            telemetry);
    open.add(0, stage);
    stage.start();
    return new Running(stage, telemetry);
  }

  private Settings settings() {
    return Settings.load(
        List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class),
        Optional.empty(),
        Map.of(),
        Map.of(
            "kafka.bootstrap-servers",
            kafka.bootstrapServers(),
            "kafka.partitions",
            "4",
            "worker.id",
            "tester",
            "ingest.connect-timeout",
            "1h"));
  }
}
