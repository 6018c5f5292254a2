package org.facestream.ingest.fleet;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;

/** The assignment beside a broker that is not there. */
class CameraAssignmentTest {
  @Test
  void oneWhoseThreadEndedIsNotLiveAndSaysWhy() {
    Settings settings =
        Settings.load(
            List.of(KafkaConfig.class, IngestConfig.class),
            Optional.empty(),
            Map.of(),
            Map.of("kafka.bootstrap-servers", "127.0.0.1:1"));
    IngestConfig config = settings.get(IngestConfig.class);
    KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
    try (Telemetry telemetry = new Telemetry();
        FramePublisher publisher = new FramePublisher(config, clients, telemetry);
        StatusPublisher reports = new StatusPublisher(clients, "tester", telemetry);
        CameraFleet fleet =
            new CameraFleet(config, new SourceRules(config), publisher, reports, telemetry);
        CameraAssignment assignment =
            new CameraAssignment(clients, telemetry, fleet, Duration.ofMinutes(1))) {
      telemetry
          .registry()
          .config()
          .meterFilter(
              new MeterFilter() {
                @Override
                public MeterFilterReply accept(Meter.Id id) {
                  if (id.getName().startsWith("kafka.consumer")) {
                    throw new InternalError("none left");
                  }
                  return MeterFilterReply.NEUTRAL;
                }
              });
      assignment.start();
      await().atMost(20, TimeUnit.SECONDS).until(() -> !assignment.live());
      await()
          .atMost(5, TimeUnit.SECONDS)
          .until(() -> assignment.health().reason().contains("none left"));
      assertFalse(assignment.health().ready());
      assertTrue(assignment.health().reason().startsWith("the camera assignment failed"));
    }
  }
}
