package org.facestream.deploy.cameras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.CameraThresholds;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.LogLines;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thresholds of cameras against the registry on a real broker. */
class CameraThresholdsTest {
  @TempDir private Path folder;

  @Test
  void aThresholdOfACameraThatIsNotRegisteredIsToldAndNoOther() {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      KafkaClients clients = new KafkaClients(settings(kafka, "").get(KafkaConfig.class));
      new CameraRegistry(clients)
          .apply(
              List.of(
                  Camera.of("door", "rtsp://192.0.2.7/s"), Camera.of("yard", "rtsp://192.0.2.8/s")),
              false);
      assertEquals(List.of(), told(kafka, clients, ""));
      assertEquals(List.of(), told(kafka, clients, "door=0.9, yard=0.8"));
      List<String> told = told(kafka, clients, "doors=0.9,yard=0.8,hall=0.7");
      assertEquals(1, told.size(), told.toString());
      assertTrue(told.get(0).contains("not registered: doors, hall;"), told.get(0));
      assertFalse(told.get(0).contains("yard"), told.get(0));
    }
  }

  private static List<String> told(EmbeddedKafka kafka, KafkaClients clients, String thresholds) {
    try (LogLines lines = new LogLines(CameraThresholds.class.getName())) {
      CameraThresholds.warn(settings(kafka, thresholds), clients);
      return lines.lines().stream().map(LogLines.Line::text).toList();
    }
  }

  private static Settings settings(EmbeddedKafka kafka, String thresholds) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    if (!thresholds.isEmpty()) {
      options.put("recognizer.camera-thresholds", thresholds);
    }
    return new Configuration(Optional.empty(), Map.of(), options).settings();
  }
}
