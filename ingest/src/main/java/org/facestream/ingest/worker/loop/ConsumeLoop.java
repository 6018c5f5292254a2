package org.facestream.ingest.worker.loop;

import io.micrometer.core.instrument.DistributionSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.health.Positions;
import org.facestream.ingest.worker.health.Pulse;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.ingest.worker.kafka.UnknownBrokerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls a batch, processes it, publishes the results, and then continues.
 *
 * <p>Results, dead letters and consumer offsets are written in one Kafka transaction, so that
 * readers of committed records see neither gaps nor duplicates when a worker is killed. An effect
 * outside Kafka (a database) must be durable and idempotent before {@link BatchProcessor#process}
 * returns.
 *
 * <p>After a temporary failure ({@link RetryableException}, any {@link KafkaException}), the stage
 * is not ready, and the batch is delivered again after a backoff. Any other exception is considered
 * a record's fault: the batch is processed record by record, and a record that fails alone becomes
 * a dead letter. So does a record whose output Kafka refuses, for example because it is too large.
 * A device that fails repeatedly ({@link DeviceException}) and any Error end the loop, which leaves
 * the group: see {@link #failure}.
 *
 * <p>A processor may hold records back, in memory, after a batch: then the committed offsets stay
 * before them, so that they are read again when the worker is killed.
 *
 * <p>One thread, named after the stage, owns consumer, producer and processor. Live means that the
 * thread works or waits for Kafka. Ready means that its last batch did not fail, that earlier
 * failures are resolved, and that its positions are known.
 */
public final class ConsumeLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConsumeLoop.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final LoopSettings settings;
  private final BatchProcessor processor;
  private final GroupMember member;
  private final Publisher publisher;
  private final FaultIsolation isolation;
  private final Delivery delivery;
  private final DeviceFailures device;
  private final DistributionSummary batchSize;
  private final Recovery recovery;
  private final Thread thread;

  private final Positions positions = new Positions();
  private final Pulse pulse;

  private volatile boolean stopping;
  private volatile @Nullable String failure;
  private volatile Stage.Health health = Stage.Health.notReady("starting");

  public ConsumeLoop(
      LoopSettings settings,
      KafkaClients clients,
      Telemetry telemetry,
      Supplier<Consumer<String, byte[]>> consumers,
      BatchProcessor processor) {
    this(
        settings,
        clients.name(Topics.DEAD_LETTERS),
        telemetry,
        consumers,
        () -> clients.transactional(settings.transactionalId()),
        processor);
  }

  /**
   * @param producers creates transactional producers, not yet initialised
   */
  ConsumeLoop(
      LoopSettings settings,
      String deadLettersTopic,
      Telemetry telemetry,
      Supplier<Consumer<String, byte[]>> consumers,
      Supplier<Producer<String, byte[]>> producers,
      BatchProcessor processor) {
    this.settings = settings;
    this.processor = processor;
    this.member = new GroupMember(settings, telemetry, consumers, processor, positions);
    this.pulse = new Pulse(settings.liveness());
    this.publisher = new Publisher(settings.stage(), telemetry, producers);
    this.device = new DeviceFailures(settings.deviceFailures());
    DeadLetters letters = new DeadLetters(settings.stage(), deadLettersTopic, telemetry);
    this.isolation = new FaultIsolation(settings.stage(), processor, letters, device);
    this.delivery = new Delivery(isolation, letters, publisher, member, pulse);
    this.batchSize = telemetry.batch(settings.stage());
    this.recovery = new Recovery(settings.stage(), isolation, publisher, member, telemetry);
    this.thread = new Thread(this::run, settings.stage() + "-loop");
  }

  public void start() {
    pulse.beat();
    thread.start();
  }

  public boolean live() {
    return thread.isAlive() && pulse.beats();
  }

  /** Its positions; a partition's position moves when records are processed. */
  public Positions positions() {
    return positions;
  }

  /** Why it failed and ended; empty while it runs. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  public Stage.Health health() {
    return health.and(pulse.health());
  }

  /** Finishes the current turn, or drains, commits, and leaves the group. */
  @Override
  public void close() {
    stopping = true;
    health = Stage.Health.notReady("stopping");
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(settings.shutdown().toMillis());
      if (thread.isAlive()) {
        log.warn("{}: not finished within {}; interrupting", settings.stage(), settings.shutdown());
        thread.interrupt();
        thread.join(5_000);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (Closing closing = new Closing()) {
      closing.add(publisher);
      closing.add(member);
      turns();
    } catch (RuntimeException failed) {
      log.warn("{}: the loop did not close cleanly", settings.stage(), failed);
    }
  }

  /** Errors end the loop too: without memory or a native library, no turn would succeed. */
  private void turns() {
    try {
      while (!stopping && !Thread.currentThread().isInterrupted()) {
        turn();
      }
      drain();
      ended("interrupted");
    } catch (RuntimeException | Error failed) {
      ended(failed.toString());
      log.error("{}: the loop ended", settings.stage(), failed);
    }
  }

  private void ended(String why) {
    if (!stopping) {
      health = Stage.Health.notReady("the loop ended: " + why);
      failure = why;
    }
  }

  /** Ends when two polls in a row bring nothing: a transaction's end takes a moment to arrive. */
  private void drain() {
    long deadline = System.nanoTime() + settings.shutdown().toNanos() / 2;
    int empty = 0;
    while (settings.drains()
        && member.isOpen()
        && empty < 2
        && System.nanoTime() < deadline
        && !Thread.currentThread().isInterrupted()) {
      Turn last = turn();
      if (last == Turn.failed) {
        return;
      }
      empty = last == Turn.idle ? empty + 1 : 0;
    }
  }

  private enum Turn {
    worked,
    idle,
    failed
  }

  private Turn turn() {
    pulse.beat();
    Map<TopicPartition, Long> first = new HashMap<>();
    try {
      ConsumerRecords<String, byte[]> polled = pulse.waiting(this::poll);
      if (!polled.isEmpty()) {
        for (TopicPartition partition : polled.partitions()) {
          first.put(partition, polled.records(partition).get(0).offset());
        }
        handle(polled);
        device.worked();
        recovery.worked(polled.partitions());
      } else {
        idle();
      }
      member.progressed();
      if (!stopping) {
        recovery.health().ifPresent(recovered -> health = recovered);
      }
      return polled.isEmpty() ? Turn.idle : Turn.worked;
    } catch (RetryableException | KafkaException | UnknownBrokerException failed) {
      if (!stopping) {
        device.failed(failed);
        health = Stage.Health.notReady(failed.toString());
        pulse.waiting(() -> recovery.recover(failed, first));
      }
      return Turn.failed;
    }
  }

  private ConsumerRecords<String, byte[]> poll() {
    member.open();
    publisher.open();
    return member.poll(POLL);
  }

  private void handle(ConsumerRecords<String, byte[]> polled) {
    List<ConsumerRecord<String, byte[]>> batch = new ArrayList<>(polled.count());
    polled.forEach(batch::add);
    batchSize.record(batch.size());
    List<ProducerRecord<String, byte[]>> results = isolation.process(batch);
    Map<TopicPartition, OffsetAndMetadata> offsets = member.committable(polled.nextOffsets());
    delivery.deliver(batch, results, offsets);
    member.delivered(polled.nextOffsets(), offsets);
    isolation.committed();
  }

  private void idle() {
    processor.idle(stopping);
    Map<TopicPartition, OffsetAndMetadata> offsets = member.committable(Map.of());
    if (!offsets.isEmpty()) {
      pulse.waiting(() -> member.commit(offsets));
      member.delivered(Map.of(), offsets);
    }
  }
}
