package org.facestream.recognizer;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.identity.RefusedMatches;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka Streams instance from its start to its end; {@link IdentityStreams} starts the next
 * one.
 */
final class StreamsRun implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamsRun.class);

  /** The name of Streams' thread that reads the gallery. */
  private static final String GLOBAL_THREAD = "-GlobalStreamThread";

  /** The Streams application, without the prefix: a consumer group too. */
  static final String GROUP = "identity";

  private final KafkaStreams streams;

  /** Time for other pending operations to fail too. */
  private static final Duration AFTER_REFUSAL = Duration.ofMillis(200);

  private final RefusedMatches refused;
  private final ThreadDeaths deaths;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Closing closing = new Closing();

  /**
   * @param topology whose global store is the replica
   * @param supplier of its Kafka clients
   * @param refused receives records that Kafka refuses
   * @param deaths counts dying threads
   */
  StreamsRun(
      Topology topology,
      Replicas replicas,
      KafkaClientSupplier supplier,
      WorkerConfig workerConfig,
      KafkaClients clients,
      Telemetry telemetry,
      RefusedMatches refused,
      ThreadDeaths deaths) {
    this.refused = refused;
    this.deaths = deaths;
    Properties settings = settings(workerConfig, clients);
    settings.put(RefusedMatches.SETTING, refused);
    streams = new KafkaStreams(topology, settings, supplier);
    // It leaves the group, so that another worker takes its tracks over at once.
    closing.add(
        () ->
            streams.close(
                CloseOptions.groupMembershipOperation(
                        CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(workerConfig.shutdownTimeout())));
    streams.setGlobalStateRestoreListener(replicas);
    streams.setUncaughtExceptionHandler(this::failed);
    AtomicInteger told = new AtomicInteger();
    streams.setStateListener(
        (now, before) -> {
          log.info("identity: {} after {}", now, before);
          int unused = now == KafkaStreams.State.RUNNING ? replicas.gallery().unused() : 0;
          if (unused > 0 && told.getAndSet(unused) != unused) {
            log.warn(
                "gallery: references of another model are not used: {}. Enrol these people "
                    + "again; `people list` shows them.",
                unused);
          }
        });
    KafkaStreamsMetrics metrics = new KafkaStreamsMetrics(streams, Tags.of("stage", "identity"));
    metrics.bindTo(telemetry.registry());
    closing.add(metrics);
  }

  /** Streams can replace a stream thread, but not the global thread that reads the gallery. */
  private StreamThreadExceptionResponse failed(Throwable failed) {
    // A match that becomes a dead letter next is progress.
    Duration pause = refused.found() ? AFTER_REFUSAL : deaths.pause(failed, System.nanoTime());
    if (deaths.failure().isPresent()) {
      log.error("identity: {}", deaths.failure().get(), failed);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    if (Thread.currentThread().getName().endsWith(GLOBAL_THREAD)) {
      log.error("identity: the gallery's replica failed; Kafka Streams restarts", failed);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    log.error(
        "identity: a stream thread failed and will be replaced in {} ms", pause.toMillis(), failed);
    try {
      // This thread died; its tracks stay assigned to it during the pause.
      closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    refused.settled();
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private static Properties settings(WorkerConfig workerConfig, KafkaClients clients) {
    String prefix = clients.config().topicPrefix();
    Properties settings = new Properties();
    settings.putAll(clients.shared());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, prefix + "." + GROUP);
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, prefix + ".identity-" + Worker.id(workerConfig));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // Events are visible to readers when their transaction is: commit often.
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 50);
    settings.put(StreamsConfig.POLL_MS_CONFIG, 20);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) clients.config().replication());
    // Its constant is deprecated, but Streams warns when it is not set.
    settings.put("processing.exception.handler.global.enabled", true);
    settings.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, Duration.ofMinutes(5).toMillis());
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(
        StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, RefusedMatches.Handler.class);
    // A dead letter may be as large as the largest match.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, KafkaClients.LARGEST_RECORD);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 15_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 12_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    return settings;
  }

  /**
   * Returns when the whole gallery is read.
   *
   * @throws RuntimeException when it cannot be
   */
  void start() {
    streams.start();
  }

  KafkaStreams.State state() {
    return streams.state();
  }

  /** Whether it has stopped. */
  boolean failed() {
    return switch (streams.state()) {
      case CREATED, REBALANCING, RUNNING, PENDING_SHUTDOWN -> false;
      case PENDING_ERROR, ERROR, NOT_RUNNING -> true;
    };
  }

  @Override
  public void close() {
    closed.countDown();
    closing.close();
  }
}
