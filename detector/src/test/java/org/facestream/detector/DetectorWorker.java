package org.facestream.detector;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.TestBroker;
import org.facestream.ingest.worker.kafka.Topics;

/** Runs detectors on a broker, on one thread of the CPU each. */
final class DetectorWorker {
  private final Settings settings;
  private final KafkaClients clients;

  /** Makes the frames topic. */
  DetectorWorker(TestBroker broker, Map<String, String> options) {
    Map<String, String> all = new HashMap<>(options);
    all.put("kafka.bootstrap-servers", broker.bootstrapServers());
    all.put("detector.device", "cpu");
    all.put("detector.threads", "1");
    settings =
        Settings.load(
            List.of(KafkaConfig.class, WorkerConfig.class, DetectorConfig.class),
            Optional.empty(),
            Map.of(),
            all);
    clients = new KafkaClients(settings.get(KafkaConfig.class));
    Topics.ensure(clients, List.of(FrameTopic.TOPIC));
  }

  KafkaClients clients() {
    return clients;
  }

  /** Starts a detector; its owner closes it. */
  DetectorStage start(Telemetry telemetry) {
    DetectorStage stage =
        new DetectorStage(
            settings.get(DetectorConfig.class),
            settings.get(WorkerConfig.class),
            clients,
            telemetry);
    stage.start();
    return stage;
  }
}
