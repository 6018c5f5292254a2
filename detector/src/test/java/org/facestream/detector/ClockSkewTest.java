package org.facestream.detector;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.LogLines;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ingest workers whose clocks are a minute wrong, before a real detector on a real broker. */
class ClockSkewTest {
  /** More than a busy machine can be late by. */
  private static final Duration WRONG = Duration.ofMinutes(1);

  @TempDir private Path folder;

  @Test
  void theDetectorSaysWhoseFramesAreTooOldOrInTheFuture() throws Exception {
    byte[] jpeg;
    try (Picture grey = Picture.owning(new Mat(96, 128, opencv_core.CV_8UC3, Scalar.all(90)))) {
      jpeg = grey.jpeg(85);
    }
    try (TestBroker kafka = new TestBroker(folder);
        LogLines lines = new LogLines("org.facestream.detector");
        Telemetry telemetry = new Telemetry()) {
      DetectorWorker worker = new DetectorWorker(kafka, Map.of());
      KafkaClients clients = worker.clients();
      String topic = clients.name(FrameTopic.TOPIC);
      try (Producer<String, byte[]> producer = clients.producer(Map.of());
          DetectorStage detector = worker.start(telemetry)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(200))
            .until(
                () -> {
                  Instant now = Instant.now();
                  producer.send(FrameTopic.toRecord(topic, at("slow", now.minus(WRONG), jpeg)));
                  producer.send(FrameTopic.toRecord(topic, at("fast", now.plus(WRONG), jpeg)));
                  producer.send(FrameTopic.toRecord(topic, at("right", now, jpeg)));
                  // By design, and no reason to warn.
                  producer.send(
                      FrameTopic.toReplayRecord(topic, at("replay", now.plus(WRONG), jpeg), now));
                  return gauge(telemetry, "slow") != null
                      && gauge(telemetry, "fast") != null
                      && !told(lines).isEmpty();
                });
        assertTrue(gauge(telemetry, "slow").value() > 59, "seconds");
        assertTrue(gauge(telemetry, "fast").value() < 0, "in the future");
        assertNull(gauge(telemetry, "replay"));
      }
      List<String> told = told(lines);
      assertEquals(1, told.size(), told.toString());
      assertTrue(told.get(0).contains("'slow' is "), told.get(0));
      assertTrue(told.get(0).contains("'fast' is -"), told.get(0));
      assertFalse(told.get(0).contains("replay"), told.get(0));
      assertFalse(told.get(0).contains("'right' is -"), told.get(0));
    }
  }

  private static List<String> told(LogLines lines) {
    return lines.lines().stream()
        .map(LogLines.Line::text)
        .filter(line -> line.contains("NTP"))
        .toList();
  }

  private static Frame at(String camera, Instant captured, byte[] jpeg) {
    return new Frame(camera, 1, captured.toEpochMilli(), captured, 128, 96, "", jpeg);
  }

  private static Gauge gauge(Telemetry telemetry, String camera) {
    return telemetry.registry().find("facestream.frame.age").tags("camera", camera).gauge();
  }
}
