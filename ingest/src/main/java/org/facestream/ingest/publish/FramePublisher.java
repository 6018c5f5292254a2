package org.facestream.ingest.publish;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.frame.CloseUp;
import org.facestream.ingest.frame.CloseUpTopic;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Recording;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.clock.ReplayPace;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends frames to Kafka without blocking cameras: frames that do not fit into the buffer, or that
 * Kafka does not accept in time, are dropped and counted. Cameras' threads share one.
 */
public final class FramePublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FramePublisher.class);
  private static final long HOPELESS_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long WORTH_TELLING_NANOS = Duration.ofSeconds(3).toNanos();
  private static final long AGAIN_NANOS = Duration.ofMillis(50).toNanos();

  /** The consumer group of detectors, without the prefix. */
  private static final String DETECTORS = ".detector";

  private static final long TELL_AGAIN_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long NEVER = Long.MIN_VALUE;

  private final String topic;
  private final Telemetry telemetry;
  private final Supplier<Producer<String, byte[]>> producers;
  private final AtomicLong failingSince = new AtomicLong(NEVER);
  private final AtomicLong told = new AtomicLong(System.nanoTime() - TELL_AGAIN_NANOS - 1);
  private volatile Producer<String, byte[]> producer;
  private AutoCloseable metrics;
  private final Optional<ReplayPace> pace;
  private volatile Consumer<Frame> witness = frame -> {};
  private volatile boolean closed;
  private long replaced = System.nanoTime();

  public FramePublisher(IngestConfig config, KafkaClients clients, Telemetry telemetry) {
    this.topic = clients.name(FrameTopic.TOPIC);
    this.telemetry = telemetry;
    int timeout = Math.toIntExact(config.sendTimeout().toMillis());
    this.producers =
        () ->
            clients.producer(
                Map.of(
                    // Not even for the topic's metadata, which arrive in the background.
                    ProducerConfig.MAX_BLOCK_MS_CONFIG,
                    0,
                    ProducerConfig.BUFFER_MEMORY_CONFIG,
                    config.bufferBytes(),
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    timeout / 2,
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    timeout,
                    ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                    1_000));
    this.pace =
        config.asFastAsPossible()
            ? Optional.of(
                new ReplayPace(clients.admin(), clients.config().topicPrefix() + DETECTORS))
            : Optional.empty();
    open();
    try {
      producer.partitionsFor(topic);
    } catch (KafkaException notYet) {
      log.debug("requested metadata of {}", topic, notYet);
    }
  }

  /** Passes every published frame to a listener, on the thread of its camera. */
  public void showTo(Consumer<Frame> interested) {
    witness = interested;
  }

  /** Returns at once; the outcome is counted in the metrics. */
  public void publish(Frame frame) {
    witness.accept(frame);
    try {
      producer.send(
          FrameTopic.toRecord(topic, frame),
          (sent, failed) -> {
            if (failed == null) {
              taken(frame.camera(), frame.captureTime());
            } else {
              dropped(frame.camera(), failed);
            }
          });
    } catch (BufferExhaustedException full) {
      dropped(frame.camera(), full);
    } catch (KafkaException | IllegalStateException refused) {
      // Without metadata, fatally failed, or being replaced.
      dropped(frame.camera(), refused);
    }
  }

  /**
   * Returns at once.
   *
   * @param outcome receives a word for the outcome, possibly on another thread
   */
  public void publish(CloseUp closeUp, Consumer<String> outcome) {
    try {
      producer.send(
          CloseUpTopic.toFrameRecord(topic, closeUp),
          (sent, failed) ->
              outcome.accept(failed == null ? "published" : FrameLoss.of(failed).label()));
    } catch (BufferExhaustedException full) {
      outcome.accept(FrameLoss.of(full).label());
    } catch (KafkaException | IllegalStateException refused) {
      outcome.accept(FrameLoss.of(refused).label());
    }
  }

  /**
   * Sends a frame of a replay, which must not be lost: waits until Kafka has stored it, and
   * retries. A frame whose acknowledgement was lost is in the topic twice, with the same epoch and
   * sequence.
   *
   * <p>Then waits until the detectors have caught up.
   */
  void publishPatiently(Frame frame, BooleanSupplier stopped) {
    Supplier<ProducerRecord<String, byte[]>> record =
        () -> FrameTopic.toReplayRecord(topic, frame, Instant.now());
    if (publishPatiently(frame.camera(), record, stopped)) {
      // Its age has no meaning.
      telemetry.out("ingest", frame.camera()).increment();
    }
  }

  /** The same for the boundary of a recording, see {@link Recording}. */
  void publishBoundary(String camera, BooleanSupplier stopped) {
    publishPatiently(camera, () -> Recording.boundary(topic, camera, Instant.now()), stopped);
  }

  private boolean publishPatiently(
      String camera, Supplier<ProducerRecord<String, byte[]>> record, BooleanSupplier stopped) {
    while (!stopped.getAsBoolean()) {
      try {
        Future<RecordMetadata> sent = producer.send(record.get());
        RecordMetadata where = sent.get();
        failingSince.set(NEVER);
        pace.ifPresent(keeper -> keeper.await(where, stopped));
        return true;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      } catch (ExecutionException failed) {
        Throwable why = Objects.requireNonNull(failed.getCause(), "Kafka's reason");
        if (refused(camera, why)) {
          return false;
        }
        waits(why);
      } catch (KafkaException | IllegalStateException refused) {
        if (refused(camera, refused)) {
          return false;
        }
        waits(refused);
      }
    }
    return false;
  }

  private void waits(Throwable why) {
    if (!closed && failingSince.compareAndSet(NEVER, System.nanoTime())) {
      log.warn("a replay waits because Kafka does not accept its frames: {}", why.toString());
    }
    LockSupport.parkNanos(this, AGAIN_NANOS);
  }

  private void taken(String camera, Instant captureTime) {
    failingSince.set(NEVER);
    telemetry.out("ingest", camera).increment();
    telemetry
        .sinceCapture("ingest", camera)
        .record(Duration.between(captureTime, Instant.now()).abs());
  }

  /**
   * Drops a frame that Kafka refuses; this does not mean that Kafka fails.
   *
   * @return false for another, possibly temporary failure
   */
  private boolean refused(String camera, Throwable why) {
    if (Refusal.of(why).isEmpty()) {
      return false;
    }
    telemetry.dropped("ingest", camera, FrameLoss.of(why).label()).increment();
    tell("camera {}: a frame is dropped because Kafka refuses it: {}", camera, why);
    return true;
  }

  private void tell(String message, String camera, Throwable why) {
    long now = System.nanoTime();
    long last = told.get();
    if (now - last > TELL_AGAIN_NANOS && told.compareAndSet(last, now)) {
      log.warn(message, camera, why.toString());
    }
  }

  private void dropped(String camera, Exception why) {
    if (refused(camera, why)) {
      return;
    }
    telemetry.dropped("ingest", camera, FrameLoss.of(why).label()).increment();
    long now = System.nanoTime();
    // Only the first failure after a success is logged, also when they alternate.
    if (!closed && failingSince.compareAndSet(NEVER, now)) {
      tell("camera {}: frames are dropped because Kafka does not accept them: {}", camera, why);
    }
  }

  /** Whether Kafka has accepted no frame for some seconds although some were sent. */
  public boolean failing() {
    long since = failingSince.get();
    return since != NEVER && System.nanoTime() - since > WORTH_TELLING_NANOS;
  }

  /**
   * Called regularly by the supervisor: replaces a producer that has failed for long and may not
   * recover.
   */
  public void watch() {
    long since = failingSince.get();
    long now = System.nanoTime();
    if (since == NEVER || now - since < HOPELESS_NANOS || now - replaced < HOPELESS_NANOS) {
      return;
    }
    replaced = now;
    log.warn(
        "Kafka accepted no frame for {} s; replacing the producer", (now - since) / 1_000_000_000);
    closeProducer(Duration.ZERO);
    open();
  }

  private void open() {
    producer = producers.get();
    metrics = telemetry.bind(producer, "ingest");
  }

  private void closeProducer(Duration patience) {
    Producer<String, byte[]> old = producer;
    try (Closing closing = new Closing()) {
      closing.add(() -> old.close(patience));
      closing.add(metrics);
    } catch (RuntimeException failed) {
      log.warn("the frames' producer did not close cleanly", failed);
    }
  }

  /** Waits up to two seconds for frames that are being sent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeProducer(Duration.ofSeconds(2));
      pace.ifPresent(ReplayPace::close);
    }
  }
}
