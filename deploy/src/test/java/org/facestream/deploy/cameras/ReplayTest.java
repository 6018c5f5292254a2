package org.facestream.deploy.cameras;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.IngestStage;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of pictures that is read as fast as its frames are taken, on a real broker. */
class ReplayTest {
  private static final int PICTURES = 300;
  @TempDir private Path folder;

  @Test
  void nothingIsDroppedNothingWaitsForTheClockAndNobodyIsRunAwayFrom() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("files/pictures"));
    for (int i = 0; i < PICTURES; i++) {
      try (Mat grey = new Mat(48, 64, opencv_core.CV_8UC3, Scalar.all(i % 256))) {
        Path file = pictures.resolve("%03d.jpg".formatted(i));
        assertTrue(opencv_imgcodecs.imwrite(file.toString(), grey));
      }
    }
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
        Telemetry telemetry = new Telemetry()) {
      Settings settings = settings(kafka);
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      try (IngestStage stage =
              new IngestStage(
                  settings.get(IngestConfig.class),
                  settings.get(WorkerConfig.class),
                  clients,
                  telemetry);
          Consumer<String, byte[]> detector = clients.consumer("detector", 500, Map.of())) {
        stage.start();
        // A detector that stands still at the beginning.
        TopicPartition frames = new TopicPartition(clients.name(FrameTopic.TOPIC), 0);
        detector.assign(List.of(frames));
        detector.commitSync(Map.of(frames, new OffsetAndMetadata(0)));
        new CameraRegistry(clients).add(Camera.of("folder", "pictures").withFps(2.0));

        List<Frame> got = new ArrayList<>();
        await().atMost(30, TimeUnit.SECONDS).until(() -> drain(detector, got) && got.size() >= 8);
        Thread.sleep(500);
        drain(detector, got);
        assertTrue(got.size() <= 10, "it ran away by " + got.size());

        // Two and a half minutes of pictures, in as long as it takes to send them.
        await()
            .atMost(60, TimeUnit.SECONDS)
            .until(
                () -> {
                  drain(detector, got);
                  detector.commitSync();
                  return got.size() >= PICTURES;
                });
        assertEquals(PICTURES, got.size());
        for (int i = 0; i < PICTURES; i++) {
          assertEquals(i, got.get(i).sequence());
          if (i > 0) {
            Duration step =
                Duration.between(got.get(i - 1).captureTime(), got.get(i).captureTime());
            assertTrue(step.toMillis() >= 1, "times of capture go up");
          }
        }
        Duration whole = Duration.between(got.get(0).captureTime(), got.get(299).captureTime());
        assertEquals(299 * 500, whole.toMillis(), "in the pictures' own time");
        assertTrue(
            telemetry.registry().find("facestream.dropped").counters().stream()
                .allMatch(counter -> counter.count() == 0));

        // The same process opens it again: its frames are the same ones.
        new CameraRegistry(clients).add(Camera.of("folder", "pictures").withFps(4.0));
        await()
            .atMost(30, TimeUnit.SECONDS)
            .until(() -> drain(detector, got) && got.size() > PICTURES);
        assertEquals(got.get(0).epoch(), got.get(PICTURES).epoch());
        assertEquals(0, got.get(PICTURES).sequence());
        assertEquals(got.get(0).captureTime(), got.get(PICTURES).captureTime());
      }
    }
  }

  @Test
  void picturesThatKafkaNeverTakesSayNothingAboutKafka() throws Exception {
    int pictures = 5;
    Path files = Files.createDirectories(folder.resolve("files/pictures"));
    for (int i = 0; i < pictures; i++) {
      try (Mat grey = new Mat(48, 64, opencv_core.CV_8UC3, Scalar.all(i))) {
        assertTrue(opencv_imgcodecs.imwrite(files.resolve(i + ".jpg").toString(), grey));
      }
    }
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
        Telemetry telemetry = new Telemetry()) {
      Settings settings = settings(kafka);
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      // Smaller than any frame.
      try (Admin admin = clients.admin()) {
        NewTopic small = new NewTopic(clients.name(FrameTopic.TOPIC), 1, (short) 1);
        admin.createTopics(List.of(small.configs(Map.of("max.message.bytes", "300")))).all().get();
      }
      try (IngestStage stage =
          new IngestStage(
              settings.get(IngestConfig.class),
              settings.get(WorkerConfig.class),
              clients,
              telemetry)) {
        stage.start();
        await().atMost(30, TimeUnit.SECONDS).until(() -> stage.health().ready());
        new CameraRegistry(clients).add(Camera.of("folder", "pictures").withFps(2.0));
        Counter dropped = telemetry.dropped("ingest", "folder", "too-large");
        await().atMost(30, TimeUnit.SECONDS).until(() -> dropped.count() == pictures);
        await()
            .during(4, TimeUnit.SECONDS)
            .atMost(10, TimeUnit.SECONDS)
            .until(() -> stage.health().ready());
      }
    }
  }

  private static boolean drain(Consumer<String, byte[]> consumer, List<Frame> got)
      throws Exception {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
      assertTrue(FrameTopic.isReplay(record), "its age says nothing of clocks");
      if (!Recording.isBoundary(record.headers())) {
        got.add(FrameTopic.fromRecord(record));
      }
    }
    return true;
  }

  private Settings settings(EmbeddedKafka kafka) {
    return Settings.load(
        List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class),
        Optional.empty(),
        Map.of(),
        Map.of(
            "kafka.bootstrap-servers",
            kafka.bootstrapServers(),
            "kafka.partitions",
            "1",
            "ingest.files-folder",
            folder.resolve("files").toString(),
            "ingest.as-fast-as-possible",
            "true"));
  }
}
