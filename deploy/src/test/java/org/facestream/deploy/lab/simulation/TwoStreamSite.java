package org.facestream.deploy.lab.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.DetectorStage;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.IngestStage;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;

/** A broker, an RTSP server, one ingest worker and one detector, and what they publish. */
final class TwoStreamSite implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String USER = "viewer";

  private final Closing closing = new Closing();
  private final Telemetry telemetry = closing.add(new Telemetry());
  private final List<Face> faces = new ArrayList<>();
  private final List<Frame> frames = new ArrayList<>();
  private final List<CloseUp> closeUps = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final Map<TopicLog, Consumer<ConsumerRecord<String, byte[]>>> feeds = new HashMap<>();
  private final String password;
  private final Settings settings;
  private final KafkaClients clients;
  private final RtspServer server;

  TwoStreamSite(Path folder, String password) {
    this.password = password;
    EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder, 0));
    settings =
        Settings.load(
            List.of(
                KafkaConfig.class, WorkerConfig.class, IngestConfig.class, DetectorConfig.class),
            Optional.empty(),
            Map.of(),
            new TreeMap<>(
                Map.of(
                    "kafka.bootstrap-servers", kafka.bootstrapServers(),
                    "kafka.partitions", "2",
                    "detector.device", "cpu",
                    "detector.threads", "1")));
    clients = new KafkaClients(settings.get(KafkaConfig.class));
    server = closing.add(new RtspServer(0, new Access.Digest(USER, password)));
    server.start();
  }

  RtspServer server() {
    return server;
  }

  String url(String path) {
    return server.url(path).replace("rtsp://", "rtsp://" + USER + ":" + password + "@");
  }

  CameraRegistry registry() {
    return new CameraRegistry(clients);
  }

  Telemetry telemetry() {
    return telemetry;
  }

  void run(Camera camera) {
    registry().apply(List.of(camera), false);
    closing
        .add(
            new IngestStage(
                settings.get(IngestConfig.class),
                settings.get(WorkerConfig.class),
                clients,
                telemetry))
        .start();
    closing
        .add(
            new DetectorStage(
                settings.get(DetectorConfig.class),
                settings.get(WorkerConfig.class),
                clients,
                telemetry))
        .start();
    follow(clients, FrameTopic.TOPIC, this::frame);
    follow(clients, FaceTopic.TOPIC, record -> faces.add(face(record)));
    follow(clients, CloseUpTopic.TOPIC, record -> texts.add(new String(record.value(), UTF_8)));
    follow(
        clients,
        Topics.DEAD_LETTERS,
        record -> {
          throw new AssertionError("a dead letter: " + record.headers());
        });
  }

  private void follow(
      KafkaClients clients, Topic topic, Consumer<ConsumerRecord<String, byte[]>> into) {
    feeds.put(closing.add(new TopicLog(clients, topic)), into);
  }

  private void frame(ConsumerRecord<String, byte[]> record) {
    try {
      if (CloseUpTopic.isCloseUp(record)) {
        closeUps.add(CloseUpTopic.fromFrameRecord(record));
        record.headers().forEach(header -> texts.add(new String(header.value(), UTF_8)));
      } else {
        frames.add(FrameTopic.fromRecord(record));
      }
    } catch (InvalidRecordException broken) {
      throw new AssertionError(broken);
    }
  }

  private static Face face(ConsumerRecord<String, byte[]> record) {
    try {
      return FaceTopic.fromRecord(record);
    } catch (InvalidRecordException broken) {
      throw new AssertionError(broken);
    }
  }

  /** Reads the topics until it holds. */
  void until(BooleanSupplier condition) {
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              feeds.forEach(TopicLog::refresh);
              return condition.getAsBoolean();
            });
  }

  List<Frame> frames() {
    return frames;
  }

  List<CloseUp> closeUps() {
    return closeUps;
  }

  /** Requests, and the headers of close-ups. */
  List<String> texts() {
    return texts;
  }

  /** Those that the detector found in frames. */
  List<Face> small() {
    return faces.stream().filter(face -> !isClose(face)).toList();
  }

  /** Those out of close-ups. */
  List<Face> large() {
    return faces.stream().filter(TwoStreamSite::isClose).toList();
  }

  private static boolean isClose(Face face) {
    return face.id().endsWith("-close");
  }

  /** The face that a close-up was asked for. */
  Face asked(Face close) {
    return small().stream()
        .filter(face -> close.id().equals(face.id() + "-close"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nobody asked for " + close.id()));
  }

  /** Pixels between the eyes of its crop. */
  static double eyes(Face face) {
    var points = face.cropLandmarks().points();
    return Math.hypot(points.get(0).x() - points.get(1).x(), points.get(0).y() - points.get(1).y());
  }

  double gauge(String name) {
    return telemetry.registry().get(name).tags("camera", "door").gauge().value();
  }

  @Override
  public void close() {
    closing.close();
  }
}
