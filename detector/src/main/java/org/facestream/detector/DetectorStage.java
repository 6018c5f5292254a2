package org.facestream.detector;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.facestream.detector.face.FaceTopic;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.track.TrackRecovery;
import org.facestream.detector.track.TrackTopic;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.LoopSettings;
import org.jspecify.annotations.Nullable;

/** Frames to faces: a member of the consumer group over the frames topic. */
public final class DetectorStage implements Stage {
  /** Maximum of one poll; a turn gathers several polls. */
  private static final int POLLED = 256;

  /** Size of a turn's JPEGs in memory: about four hundred of 720p. */
  private static final long GATHERED_BYTES = 64L << 20;

  private final DetectorOptions options;
  private final WorkerConfig workerConfig;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final Closing closing = new Closing();

  private final StallWatch stalls;

  private volatile @Nullable ConsumeLoop loop;
  private volatile boolean closed;

  /**
   * Checks the configuration, without loading anything.
   *
   * @throws org.facestream.ingest.worker.config.UserError for a value out of its range
   */
  public DetectorStage(
      DetectorConfig config, WorkerConfig workerConfig, KafkaClients clients, Telemetry telemetry) {
    this.options = DetectorOptions.of(config);
    this.workerConfig = workerConfig;
    this.clients = clients;
    this.telemetry = telemetry;
    this.stalls = new StallWatch(name(), workerConfig.stallTimeout(), clients, telemetry);
  }

  @Override
  public String name() {
    return DetectorProcessor.STAGE;
  }

  /**
   * Loads the networks, which takes part of a second, and joins the group.
   *
   * @throws org.facestream.ingest.worker.config.UserError when the device cannot run the networks,
   *     or no broker answers
   */
  @Override
  public void start() {
    try {
      Mtcnn mtcnn = closing.add(new Mtcnn(options.device(), options.threads()));
      Topics.ensure(
          clients,
          List.of(
              CameraTopic.TOPIC,
              FrameTopic.TOPIC,
              CloseUpTopic.TOPIC,
              FaceTopic.TOPIC,
              TrackTopic.TOPIC,
              Topics.DEAD_LETTERS));
      Cameras cameras =
          new Cameras(
              new FaceSearches(options.search(), options.tracks().weakScore()),
              new Zones(),
              new CloseUpRequests(clients.name(CloseUpTopic.TOPIC), telemetry));
      TopicLog registered = closing.add(new TopicLog(clients, CameraTopic.TOPIC));
      registered.readToEnd(cameras::take);
      DetectorProcessor processor =
          closing.add(
              new DetectorProcessor(
                  options,
                  telemetry,
                  Clock.systemUTC(),
                  mtcnn,
                  cameras,
                  () -> registered.refresh(cameras::take),
                  new TrackRecovery(clients, trackPartitions()),
                  clients.name(FaceTopic.TOPIC)));
      ConsumeLoop frames =
          closing.add(
              new ConsumeLoop(
                  LoopSettings.of(
                      workerConfig, name(), clients.name(FrameTopic.TOPIC), GATHERED_BYTES),
                  clients,
                  telemetry,
                  this::consumer,
                  processor));
      loop = frames;
      stalls.follow(FrameTopic.TOPIC, Optional.of(name()), frames.positions());
      closing.add(stalls).start();
      frames.start();
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  private int trackPartitions() {
    try (Consumer<String, byte[]> reader = clients.reader(Map.of())) {
      return reader.partitionsFor(clients.name(TrackTopic.TOPIC)).size();
    }
  }

  /** Records are returned at once: a batch grows while another is processed. */
  private Consumer<String, byte[]> consumer() {
    return clients.consumer(
        name(),
        POLLED,
        Map.of(
            ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
            1,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            100));
  }

  @Override
  public boolean live() {
    ConsumeLoop running = loop;
    return !closed && (running == null || running.live());
  }

  @Override
  public Optional<String> failure() {
    ConsumeLoop running = loop;
    return running == null ? Optional.empty() : running.failure();
  }

  @Override
  public Health health() {
    ConsumeLoop running = loop;
    return running == null ? Health.notReady("starting") : running.health().and(stalls.health());
  }

  @Override
  public void close() {
    closed = true;
    closing.close();
  }
}
