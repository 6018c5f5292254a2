package org.facestream.recognizer;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.GalleryReplica;
import org.facestream.recognizer.gallery.GalleryTopic;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.IdentityTopology;
import org.facestream.recognizer.identity.MatchTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kafka Streams instance of a recognizer: the gallery's replica and the decision per track.
 *
 * <p>Nothing of it is on this machine's disk: the gallery is read whole at every start, the tracks'
 * state comes back from its changelog.
 */
final class IdentityStreams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IdentityStreams.class);

  private final KafkaStreams streams;
  private final Closing closing = new Closing();

  IdentityStreams(
      DecisionRules rules,
      GalleryReplica replica,
      WorkerConfig workerConfig,
      KafkaClients clients,
      Telemetry telemetry) {
    Topology topology =
        IdentityTopology.addTo(
            replica.addTo(new Topology(), clients.name(GalleryTopic.TOPIC)),
            clients.name(MatchTopic.TOPIC),
            clients.name(IdentityTopic.TOPIC),
            clients.name(Topics.DEAD_LETTERS),
            rules,
            replica,
            telemetry);
    streams = new KafkaStreams(topology, settings(workerConfig, clients));
    // It leaves the group, so that another takes its tracks over at once.
    closing.add(
        () ->
            streams.close(
                CloseOptions.groupMembershipOperation(
                        CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(workerConfig.shutdownTimeout())));
    streams.setGlobalStateRestoreListener(replica);
    streams.setUncaughtExceptionHandler(
        failed -> {
          log.error("identity: a stream thread failed and is replaced", failed);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    AtomicInteger told = new AtomicInteger();
    streams.setStateListener(
        (now, before) -> {
          log.info("identity: {} after {}", now, before);
          int unused = now == KafkaStreams.State.RUNNING ? replica.unused() : 0;
          if (unused > 0 && told.getAndSet(unused) != unused) {
            log.warn(
                "gallery: references of another model than this recognizer's are not used: {}. Enrol"
                    + " these people again; `people list` says who.",
                unused);
          }
        });
    KafkaStreamsMetrics metrics = new KafkaStreamsMetrics(streams, Tags.of("stage", "identity"));
    metrics.bindTo(telemetry.registry());
    closing.add(metrics);
  }

  private static Properties settings(WorkerConfig workerConfig, KafkaClients clients) {
    String prefix = clients.config().topicPrefix();
    Properties settings = new Properties();
    settings.putAll(clients.shared());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, prefix + ".identity");
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, prefix + ".identity-" + Worker.id(workerConfig));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // Events are visible to readers when their transaction is: commit often.
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 50);
    settings.put(StreamsConfig.POLL_MS_CONFIG, 20);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) clients.config().replication());
    // Its constant is deprecated from birth, for it will always be so; unset, Streams warns.
    settings.put("processing.exception.handler.global.enabled", true);
    settings.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, Duration.ofMinutes(5).toMillis());
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 15_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 12_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    return settings;
  }

  /** Reads the whole gallery, then begins to decide. */
  void start() {
    try {
      streams.start();
    } catch (RuntimeException failed) {
      throw new UserError(
          "The gallery cannot be read from Kafka (%s). Start Kafka, or set kafka.bootstrap-servers."
              .formatted(failed.getMessage()),
          failed);
    }
  }

  /** Whether it can come back to work without a new process. */
  boolean live() {
    return switch (streams.state()) {
      case CREATED, REBALANCING, RUNNING, PENDING_SHUTDOWN -> true;
      case PENDING_ERROR, ERROR, NOT_RUNNING -> false;
    };
  }

  Stage.Health health() {
    return switch (streams.state()) {
      case RUNNING -> Stage.Health.READY;
      case CREATED -> Stage.Health.notReady("reading the gallery");
      case REBALANCING -> Stage.Health.notReady("taking over tracks");
      case PENDING_SHUTDOWN, NOT_RUNNING -> Stage.Health.notReady("stopping");
      case PENDING_ERROR, ERROR -> Stage.Health.notReady("the gallery's replica failed");
    };
  }

  @Override
  public void close() {
    closing.close();
  }
}
