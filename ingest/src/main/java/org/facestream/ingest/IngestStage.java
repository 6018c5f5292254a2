package org.facestream.ingest;

import java.util.List;
import java.util.Optional;
import org.facestream.ingest.closeup.CloseUps;
import org.facestream.ingest.fleet.CameraAssignment;
import org.facestream.ingest.fleet.CameraFleet;
import org.facestream.ingest.fleet.StatusPublisher;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.CameraStatusTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.jspecify.annotations.Nullable;

/** Reads this worker's share of the cameras, and publishes their pictures as frames. */
public final class IngestStage implements Stage {
  private final IngestConfig config;
  private final WorkerConfig workerConfig;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final Closing closing = new Closing();
  private final StallWatch stalls;
  private volatile @Nullable FramePublisher publisher;
  private volatile @Nullable CameraAssignment assignment;

  /** Opens nothing yet. */
  public IngestStage(
      IngestConfig config, WorkerConfig workerConfig, KafkaClients clients, Telemetry telemetry) {
    this.config = config;
    this.workerConfig = workerConfig;
    this.clients = clients;
    this.telemetry = telemetry;
    this.stalls = new StallWatch(name(), workerConfig.stallTimeout(), clients, telemetry);
  }

  @Override
  public String name() {
    return "ingest";
  }

  /**
   * @throws UserError when no broker answers
   */
  @Override
  public void start() {
    Topics.ensure(
        clients,
        List.of(
            CameraTopic.TOPIC,
            CameraStatusTopic.TOPIC,
            FrameTopic.TOPIC,
            CloseUpTopic.TOPIC,
            Topics.DEAD_LETTERS));
    FramePublisher frames = closing.add(new FramePublisher(config, clients, telemetry));
    publisher = frames;
    StatusPublisher reports =
        closing.add(new StatusPublisher(clients, Worker.id(workerConfig), telemetry));
    SourceRules rules = new SourceRules(config);
    CloseUps closeUps = closing.add(new CloseUps(config, rules, clients, frames, telemetry));
    CameraFleet fleet =
        closing.add(
            new CameraFleet(config, rules, frames, reports, telemetry, Optional.of(closeUps)));
    fleet.prepare();
    CameraAssignment cameras =
        closing.add(
            new CameraAssignment(clients, telemetry, fleet, workerConfig.livenessTimeout()));
    assignment = cameras;
    // It reads all cameras again each time, and commits nothing.
    stalls.follow(CameraTopic.TOPIC, Optional.empty(), cameras.positions());
    closing.add(stalls).start();
    cameras.start();
  }

  @Override
  public boolean live() {
    CameraAssignment started = assignment;
    // Starting may take long; only a started stage can be stuck.
    return started == null || started.live();
  }

  @Override
  public Optional<String> failure() {
    CameraAssignment started = assignment;
    return started == null ? Optional.empty() : started.failure();
  }

  @Override
  public Health health() {
    CameraAssignment started = assignment;
    FramePublisher frames = publisher;
    if (started == null || frames == null) {
      return Health.notReady("not started");
    }
    Health reading = started.health().and(stalls.health());
    return frames.failing()
        ? Health.notReady("Kafka accepts no frames; they are dropped")
        : reading;
  }

  /** Stops every camera, then waits a moment for frames that are being sent. */
  @Override
  public void close() {
    closing.close();
  }
}
