package org.facestream.recognizer;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.LoopSettings;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.gallery.match.VisitorReplica;
import org.facestream.recognizer.gallery.people.ErasureRule;
import org.facestream.recognizer.gallery.people.GalleryRetention;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.IdentityTopology;
import org.facestream.recognizer.identity.MatchTopic;
import org.jspecify.annotations.Nullable;

/**
 * Faces to identity events: a member of the consumer group over the faces topic, which describes
 * and matches, and a member of the Streams application over the matches topic, which decides. It
 * also erases expired references of the gallery.
 */
public final class RecognizerStage implements Stage {
  private final RecognizerOptions options;
  private final ErasureRule erasure;
  private final AuditTrail trail;
  private final WorkerConfig workerConfig;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final Closing closing = new Closing();

  private final StallWatch stalls;

  private volatile @Nullable IdentityStreams streams;
  private volatile @Nullable ConsumeLoop loop;
  private volatile boolean closed;

  /**
   * Checks the configuration, without loading anything.
   *
   * @throws org.facestream.ingest.worker.config.UserError for a value out of its range, or a model
   *     that is not known
   */
  public RecognizerStage(
      RecognizerConfig config,
      GalleryConfig galleryConfig,
      WorkerConfig workerConfig,
      KafkaClients clients,
      Telemetry telemetry) {
    this.options = RecognizerOptions.of(config);
    this.erasure = ErasureRule.of(galleryConfig);
    this.trail = AuditTrail.of(galleryConfig);
    this.workerConfig = workerConfig;
    this.clients = clients;
    this.telemetry = telemetry;
    this.stalls = new StallWatch(name(), workerConfig.stallTimeout(), clients, telemetry);
  }

  @Override
  public String name() {
    return RecognizerProcessor.STAGE;
  }

  /**
   * Loads the network, reads the whole gallery, and joins the groups.
   *
   * @throws org.facestream.ingest.worker.config.UserError when the device cannot run the network,
   *     or no broker answers
   */
  @Override
  public void start() {
    try {
      Descriptors descriptors =
          closing.add(new Descriptors(options.model(), options.device(), options.threads()));
      Topics.ensure(
          clients,
          List.of(
              FaceTopic.TOPIC,
              GalleryTopic.TOPIC,
              MatchTopic.TOPIC,
              IdentityTopic.TOPIC,
              Topics.DEAD_LETTERS));
      if (options.visitors().isPresent()) {
        Topics.ensure(clients, List.of(VisitorTopic.TOPIC));
      }
      Topics.compare(clients, List.of(IdentityTopology.CHANGELOG_TOPIC));
      Replicas replicas = closing.add(new Replicas(options, clients, telemetry));
      IdentityStreams deciding =
          closing.add(new IdentityStreams(options, replicas, workerConfig, clients, telemetry));
      streams = deciding;
      stalls.follow(MatchTopic.TOPIC, Optional.of(StreamsRun.GROUP), deciding.matches());
      stalls.follow(GalleryTopic.TOPIC, Optional.empty(), deciding.references());
      closing.add(stalls).start();
      deciding.start();
      ConsumeLoop describing =
          closing.add(
              new ConsumeLoop(
                  LoopSettings.of(workerConfig, name(), clients.name(FaceTopic.TOPIC), 0),
                  clients,
                  telemetry,
                  this::consumer,
                  new RecognizerProcessor(
                      options,
                      telemetry,
                      descriptors,
                      deciding::gallery,
                      Clock.systemUTC(),
                      clients.name(MatchTopic.TOPIC))));
      loop = describing;
      stalls.follow(FaceTopic.TOPIC, Optional.of(name()), describing.positions());
      describing.start();
      closing
          .add(
              new GalleryRetention(
                  erasure,
                  clients,
                  replicas.gallery()::expired,
                  trail.checked(),
                  Clock.systemUTC(),
                  telemetry))
          .start();
      replicas.visitors().ifPresent(this::eraseExpired);
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  /** A look that has expired cannot be renewed: it is erased with the next run. */
  private void eraseExpired(VisitorReplica visitors) {
    closing
        .add(
            GalleryRetention.ofVisitors(
                new ErasureRule(Duration.ZERO, erasure.every()),
                clients,
                visitors.replica()::expired,
                Clock.systemUTC(),
                telemetry))
        .start();
  }

  /** Records are returned at once: a batch grows while another is processed. */
  private Consumer<String, byte[]> consumer() {
    return clients.consumer(
        name(),
        options.batch(),
        Map.of(
            ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
            1,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            100));
  }

  @Override
  public boolean live() {
    ConsumeLoop running = loop;
    return !closed
        && (running == null
            || (running.live()
                && Objects.requireNonNull(streams, "they begin before the loop").live()));
  }

  @Override
  public Optional<String> failure() {
    ConsumeLoop running = loop;
    IdentityStreams deciding = streams;
    Optional<String> decided = deciding == null ? Optional.empty() : deciding.failure();
    return decided.isPresent() || running == null ? decided : running.failure();
  }

  @Override
  public Health health() {
    ConsumeLoop running = loop;
    IdentityStreams deciding = streams;
    if (deciding == null) {
      return Health.notReady("starting");
    }
    Health decided = deciding.health();
    if (decided.ready()) {
      decided = running == null ? Health.notReady("starting") : running.health();
    }
    return decided.and(stalls.health());
  }

  @Override
  public void close() {
    closed = true;
    closing.close();
  }
}
