package org.facestream.deploy.cameras;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.Gauge;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.IngestStage;
import org.facestream.ingest.frame.Load;
import org.facestream.ingest.frame.LoadTopic;
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

/** An ingest worker follows what detectors say of their load, on a real broker. */
class AdaptiveRateTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void aCameraWithoutFacesSendsLessWhileDetectorsLagAndThenMoreAgain() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0);
        ServerSocket camera = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());
        Telemetry telemetry = new Telemetry()) {
      Settings settings =
          Settings.load(
              List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class),
              Optional.empty(),
              Map.of(),
              Map.of(
                  "kafka.bootstrap-servers", kafka.bootstrapServers(), "ingest.adaptive", "true"));
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      String url = "rtsp://127.0.0.1:" + camera.getLocalPort() + "/";
      new CameraRegistry(clients)
          .apply(List.of(Camera.of("busy", url + 1), Camera.of("empty", url + 2)), false);
      try (IngestStage ingest =
              new IngestStage(
                  settings.get(IngestConfig.class),
                  settings.get(WorkerConfig.class),
                  clients,
                  telemetry);
          Producer<String, byte[]> detector = clients.producer(Map.of())) {
        ingest.start();
        await().atMost(LONG).until(() -> allowed(telemetry, "empty") == 5);

        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(500))
            .until(
                () -> {
                  report(detector, clients, new Load("busy", .5, true));
                  report(detector, clients, new Load("empty", .5, false));
                  return allowed(telemetry, "empty") < 5;
                });
        assertEquals(5, allowed(telemetry, "busy"));

        double lowered = allowed(telemetry, "empty");
        await().atMost(LONG).until(() -> allowed(telemetry, "empty") > lowered);
      }
    }
  }

  private static void report(Producer<String, byte[]> detector, KafkaClients clients, Load load) {
    detector.send(LoadTopic.toRecord(clients.name(LoadTopic.TOPIC), load, Instant.now()));
    detector.flush();
  }

  private static double allowed(Telemetry telemetry, String camera) {
    Gauge gauge =
        telemetry.registry().find("facestream.camera.fps.allowed").tag("camera", camera).gauge();
    return gauge == null ? Double.NaN : gauge.value();
  }
}
