package org.facestream.deploy.stage;

import java.util.List;
import java.util.function.Consumer;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.DetectorStage;
import org.facestream.ingest.IngestStage;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.SinkStage;
import org.facestream.sink.alert.Alerts;
import org.facestream.sink.api.ApiStage;
import org.facestream.sink.evidence.EvidenceLoop;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.people.DeedUpkeep;
import org.facestream.sink.store.StoreConfig;

/** The stages, in the order in which data flows; the last one answers questions. */
public enum StageKind {
  ingest,
  detector,
  recognizer,
  sink,
  api;

  /** Those that data flow through. */
  public static final List<StageKind> PIPELINE = List.of(ingest, detector, recognizer, sink);

  /** Every consumer group of theirs, without the prefix. */
  public static final List<String> GROUPS =
      List.of(
          "ingest", "detector", "recognizer", "identity", "sink", EvidenceLoop.GROUP, Alerts.GROUP);

  /** A stage by the settings, not yet started; what it shows goes to the standard error. */
  public Stage make(Settings settings, KafkaClients clients, Telemetry telemetry) {
    return make(settings, clients, telemetry, System.err::println);
  }

  /**
   * A stage by the settings, not yet started.
   *
   * @param console shows a line that is kept nowhere, such as a one-time password
   */
  public Stage make(
      Settings settings, KafkaClients clients, Telemetry telemetry, Consumer<String> console) {
    WorkerConfig worker = settings.get(WorkerConfig.class);
    return switch (this) {
      case ingest -> new IngestStage(settings.get(IngestConfig.class), worker, clients, telemetry);
      case detector ->
          new DetectorStage(settings.get(DetectorConfig.class), worker, clients, telemetry);
      case recognizer ->
          new RecognizerStage(
              settings.get(RecognizerConfig.class),
              settings.get(GalleryConfig.class),
              worker,
              clients,
              telemetry);
      case sink -> {
        AuditTrail trail = AuditTrail.of(settings.get(GalleryConfig.class));
        DeedUpkeep deeds = new DeedUpkeep(clients, trail, telemetry);
        yield new SinkStage(
            settings.get(SinkConfig.class),
            settings.get(StoreConfig.class),
            worker,
            clients,
            database -> {
              deeds.run(database);
              Corrections.sendDue(clients, database);
            },
            telemetry);
      }
      case api -> {
        SinkConfig stored = settings.get(SinkConfig.class);
        yield new ApiStage(settings, stored, stored.searchFolder(), clients, telemetry, console);
      }
    };
  }

  /**
   * Makes every stage once without starting it, for what a stage refuses at once.
   *
   * @throws org.facestream.ingest.worker.config.UserError for a value out of its range
   */
  public static void check(Settings settings) {
    try (Telemetry unused = new Telemetry()) {
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      for (StageKind kind : values()) {
        kind.make(settings, clients, unused).close();
      }
    }
  }
}
