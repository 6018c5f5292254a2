package org.facestream.ingest;

import java.time.Duration;
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

/** Reads this worker's share of the cameras, and publishes their pictures as frames. */
public final class IngestStage implements Stage {
  private final IngestConfig config;
  private final WorkerConfig workerConfig;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final Closing closing = new Closing();
  private final StallWatch stalls;
  private volatile FramePublisher publisher;
  private volatile CameraAssignment assignment;

  /**
   * Opens nothing yet.
   *
   * @throws UserError when a value of the configuration is out of its range
   */
  public IngestStage(
      IngestConfig config, WorkerConfig workerConfig, KafkaClients clients, Telemetry telemetry) {
    checkFrames(config);
    checkTimes(config);
    this.config = config;
    this.workerConfig = workerConfig;
    this.clients = clients;
    this.telemetry = telemetry;
    this.stalls = new StallWatch(name(), workerConfig.stallTimeout(), clients, telemetry);
  }

  private static void checkFrames(IngestConfig config) {
    require(config.fps() > 0 && config.fps() <= 60, "ingest.fps", "above 0 and at most 60");
    require(config.maxWidth() >= 64 && config.maxWidth() <= 7680, "ingest.max-width", "64 to 7680");
    require(
        config.jpegQuality() >= 1 && config.jpegQuality() <= 100,
        "ingest.jpeg-quality",
        "1 to 100");
    require(
        config.bufferBytes() >= KafkaClients.LARGEST_RECORD,
        "ingest.buffer-bytes",
        "at least " + KafkaClients.LARGEST_RECORD);
    require(
        config.closeUpBytes() >= 1 << 20 && config.closeUpBytes() <= 1 << 30,
        "ingest.close-up-bytes",
        "1048576 to 1073741824");
  }

  private static void checkTimes(IngestConfig config) {
    positive(config.connectTimeout(), "ingest.connect-timeout");
    positive(config.firstFrameTimeout(), "ingest.first-frame-timeout");
    positive(config.readTimeout(), "ingest.read-timeout");
    positive(config.stallAfter(), "ingest.stall-after");
    positive(config.maxAge(), "ingest.max-age");
    positive(config.backoffFirst(), "ingest.backoff-first");
    positive(config.backoffCap(), "ingest.backoff-cap");
    require(
        within(config.sendTimeout(), Duration.ofSeconds(2), Duration.ofHours(1)),
        "ingest.send-timeout",
        "2s to 1h");
    require(
        !config.motionKeepAlive().isNegative() && !config.motionPostRoll().isNegative(),
        "ingest.motion-keep-alive or -post-roll",
        "0s or more");
    require(
        within(config.closeUpSpan(), Duration.ofSeconds(2), Duration.ofMinutes(1)),
        "ingest.close-up-span",
        "2s to 1m");
    require(
        within(config.motionPreRoll(), Duration.ZERO, config.maxAge()),
        "ingest.motion-pre-roll",
        "0s to ingest.max-age");
  }

  private static void positive(Duration time, String key) {
    require(time.toMillis() > 0, key, "more than 0s");
  }

  private static boolean within(Duration time, Duration least, Duration most) {
    return time.compareTo(least) >= 0 && time.compareTo(most) <= 0;
  }

  private static void require(boolean holds, String key, String range) {
    if (!holds) {
      throw new UserError(key + " is out of range: give " + range + ".");
    }
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
    publisher = closing.add(new FramePublisher(config, clients, telemetry));
    StatusPublisher reports =
        closing.add(new StatusPublisher(clients, Worker.id(workerConfig), telemetry));
    SourceRules rules = new SourceRules(config);
    CloseUps closeUps = closing.add(new CloseUps(config, rules, clients, publisher, telemetry));
    CameraFleet fleet =
        closing.add(
            new CameraFleet(config, rules, publisher, reports, telemetry, Optional.of(closeUps)));
    fleet.prepare();
    assignment =
        closing.add(
            new CameraAssignment(clients, telemetry, fleet, workerConfig.livenessTimeout()));
    // It reads all cameras again each time, and commits nothing.
    stalls.follow(CameraTopic.TOPIC, Optional.empty(), assignment.positions());
    closing.add(stalls).start();
    assignment.start();
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
    if (started == null) {
      return Health.notReady("not started");
    }
    Health reading = started.health().and(stalls.health());
    return publisher.failing()
        ? Health.notReady("Kafka accepts no frames; they are dropped")
        : reading;
  }

  /** Stops every camera, then waits a moment for frames that are being sent. */
  @Override
  public void close() {
    closing.close();
  }
}
