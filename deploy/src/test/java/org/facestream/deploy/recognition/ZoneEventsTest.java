package org.facestream.deploy.recognition;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Producer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.DetectorStage;
import org.facestream.detector.Portraits;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.registry.CameraFile;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.identity.IdentityEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a camera's file with zones to the events that name them, through every stage between. */
@Timeout(180)
class ZoneEventsTest extends RecognizerStageCase {
  private static final String ENTRANCE =
      """
      cameras:
        - id: door
          url: rtsp://192.0.2.7/stream1
          zones:
            - name: entrance
              polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
            - name: counter
              polygon: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]
      """;

  private static final String EXIT =
      ENTRANCE + "      - name: exit\n" + "        polygon: [[0.6, 0], [1, 0], [1, 1], [0.6, 1]]\n";

  private final Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  @TempDir Path folder;

  @Test
  void eventsSayInWhichZonesAPersonHasBeen() throws Exception {
    KafkaClients clients = clients("zones");
    Topics.ensure(clients, List.of(FrameTopic.TOPIC));
    enrol(clients, 5);
    apply(clients, ENTRANCE);
    try (Telemetry telemetry = new Telemetry();
        DetectorStage detector = detector(clients, telemetry);
        // The pictures' times are the test's: silence must not end the track before it is over.
        RecognizerStage recognizer =
            stage("zones", Map.of("recognizer.track-timeout", "2m"), telemetry);
        Producer<String, byte[]> producer = clients.producer(Map.of())) {
      detector.start();
      recognizer.start();
      awaitReady(recognizer);
      // Somebody walks from the left to the right.
      for (int i = 0; i < 24; i++) {
        send(producer, clients, i, 10 + 11 * i);
      }
      List<IdentityEvent> walked = events(clients, says("entrance", "counter"));
      assertEquals("Person 5", walked.get(walked.size() - 1).name());
      assertEquals(List.of(List.of("entrance"), List.of("entrance", "counter")), told(walked));

      // Stands there, and a zone is drawn around them.
      apply(clients, EXIT);
      Predicate<IdentityEvent> wanted = says("entrance", "counter", "exit");
      int[] next = {24};
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                send(producer, clients, next[0]++, 10 + 11 * 23);
                return telemetry.registry().find("facestream.events").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum()
                    > walked.size();
              });
      List<IdentityEvent> events = events(clients, wanted);
      assertEquals(
          List.of(
              List.of("entrance"),
              List.of("entrance", "counter"),
              List.of("entrance", "counter", "exit")),
          told(events));
      assertEquals(1, events.stream().map(IdentityEvent::track).distinct().count());
    }
  }

  /** The different things that were said of zones, in their order. */
  private static List<List<String>> told(List<IdentityEvent> events) {
    return events.stream().map(IdentityEvent::zones).distinct().toList();
  }

  private static Predicate<IdentityEvent> says(String... zones) {
    return event -> event.zones().equals(List.of(zones));
  }

  /** As {@code facestream camera apply -f} does. */
  private void apply(KafkaClients clients, String cameras) throws IOException {
    Path file = Files.writeString(folder.resolve("cameras.yaml"), cameras);
    new CameraRegistry(clients).apply(CameraFile.read(file), false);
  }

  private static DetectorStage detector(KafkaClients clients, Telemetry telemetry) {
    Settings settings =
        Settings.load(
            List.of(KafkaConfig.class, WorkerConfig.class, DetectorConfig.class),
            Optional.empty(),
            Map.of(),
            Map.of(
                "kafka.bootstrap-servers", broker.bootstrapServers(),
                "worker.id", "test",
                "detector.device", "cpu",
                "detector.threads", "1",
                "detector.max-age", "1h"));
    return new DetectorStage(
        settings.get(DetectorConfig.class), settings.get(WorkerConfig.class), clients, telemetry);
  }

  /** A frame of 480 × 360 pixels with the photograph at a place. */
  private void send(Producer<String, byte[]> producer, KafkaClients clients, int number, int left)
      throws UnreadablePictureException {
    try (Picture portrait = Picture.decodeStill(Portraits.photograph(5));
        Mat scaled = new Mat();
        Size size = new Size(180, 180);
        Scalar grey = new Scalar(120, 120, 120, 0);
        Picture picture = Picture.owning(new Mat(360, 480, opencv_core.CV_8UC3, grey));
        Rect place = new Rect(left, 90, 180, 180);
        Mat target = new Mat(picture.rgb(), place)) {
      opencv_imgproc.resize(portrait.rgb(), scaled, size, 0, 0, opencv_imgproc.INTER_CUBIC);
      scaled.copyTo(target);
      Frame frame =
          new Frame(
              "door",
              start.toEpochMilli(),
              number,
              start.plusMillis(200L * number),
              480,
              360,
              "",
              picture.jpeg(90));
      producer.send(FrameTopic.toRecord(clients.name(FrameTopic.TOPIC), frame));
    }
  }
}
