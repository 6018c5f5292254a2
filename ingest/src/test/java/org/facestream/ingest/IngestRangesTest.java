package org.facestream.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link IngestStage} says of values that are out of their range. */
class IngestRangesTest {
  @ParameterizedTest
  @CsvSource({
    "fps, 61",
    "connect-timeout, 0s",
    "first-frame-timeout, 0s",
    "read-timeout, 0s",
    "stall-after, 0s",
    "max-age, 0s",
    "backoff-first, 0s",
    "backoff-cap, 0s",
    "send-timeout, 1s",
    "send-timeout, 90m",
    "motion-pre-roll, 3s",
    "close-up-span, 1s",
    "close-up-span, 61s",
    "close-up-bytes, 1000",
  })
  void aValueOutOfItsRangeIsRefusedInOneLine(String key, String value) {
    UserError refused = assertThrows(UserError.class, () -> stage("ingest." + key, value));
    String begin = "ingest." + key + " is out of range: give ";
    assertTrue(refused.getMessage().startsWith(begin), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
  }

  @ParameterizedTest
  @CsvSource({"send-timeout, 2s", "send-timeout, 1h", "motion-pre-roll, 2s", "motion-pre-roll, 0s"})
  void theEndsOfARangeBelongToIt(String key, String value) {
    stage("ingest." + key, value).close();
  }

  private static IngestStage stage(String key, String value) {
    Settings settings =
        Settings.load(
            List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class),
            Optional.empty(),
            Map.of(),
            Map.of(key, value));
    try (Telemetry telemetry = new Telemetry()) {
      return new IngestStage(
          settings.get(IngestConfig.class),
          settings.get(WorkerConfig.class),
          new KafkaClients(settings.get(KafkaConfig.class)),
          telemetry);
    }
  }
}
