package org.facestream.ingest.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.health.Membership;
import org.facestream.ingest.worker.health.Positions;
import org.facestream.ingest.worker.health.Pulse;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assigns cameras to this worker. Ingest workers are an ordinary consumer group over the cameras
 * topic: a worker runs the cameras in its partitions. A partition is read from its beginning each
 * time it is assigned, so nothing is committed. Its cameras start when its end is reached, because
 * earlier records may be out of date.
 *
 * <p>One thread owns the consumer and the fleet. Failures are retried. When the thread ends
 * nevertheless (an error that no camera caused), this is no longer live, and the supervisor should
 * restart the process.
 */
public final class CameraAssignment implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraAssignment.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration STOPPING = Duration.ofSeconds(4);

  private final String topic;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final CameraFleet fleet;
  private final Positions positions = new Positions();
  private final Pulse pulse;
  private final Map<TopicPartition, CameraTable> tables = new HashMap<>();
  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private final Thread thread;
  private volatile boolean stopping;
  private volatile Stage.Health health = Stage.Health.notReady("starting");
  private @Nullable Consumer<String, byte[]> consumer;
  private @Nullable AutoCloseable metrics;
  private volatile @Nullable String failure;

  public CameraAssignment(
      KafkaClients clients, Telemetry telemetry, CameraFleet fleet, Duration liveness) {
    this.topic = clients.name(CameraTopic.TOPIC);
    this.clients = clients;
    this.telemetry = telemetry;
    this.fleet = fleet;
    this.pulse = new Pulse(liveness);
    this.thread = new Thread(this::run, "ingest-cameras");
  }

  public void start() {
    pulse.beat();
    thread.start();
  }

  public boolean live() {
    return thread.isAlive() && pulse.beats();
  }

  /** Its positions in the topic of cameras. */
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

  private void run() {
    try (Closing closing = new Closing()) {
      closing.add(() -> fleet.removeAll(CameraFleet.Leaving.STOPPED, STOPPING));
      closing.add(this::closeConsumer);
      while (!stopping) {
        turn();
      }
    } catch (RuntimeException | Error failed) {
      failure = "the camera assignment failed with " + failed;
      log.error("the camera assignment ended", failed);
    } finally {
      health = Stage.Health.notReady(failure().orElse("stopped"));
    }
  }

  private void turn() {
    pulse.beat();
    try {
      for (ConsumerRecord<String, byte[]> record : pulse.waiting(this::poll)) {
        enter(record);
      }
      load();
      positions.note(consumer());
      fleet.watch();
      backoff.reset();
      if (!stopping) {
        health = membership();
      }
    } catch (RuntimeException failed) {
      // Kafka's failures are temporary; a fault in our code may be too, so all cameras are tried
      // again.
      Duration wait = backoff.next();
      health = Stage.Health.notReady(failed.toString());
      log.warn("the cameras cannot be read; trying again in {} ms", wait.toMillis(), failed);
      // Outside the group, no camera may run: another worker runs these cameras now.
      fleet.removeAll(CameraFleet.Leaving.LOST, STOPPING);
      pulse.waiting(this::closeConsumer);
      try {
        Thread.sleep(wait.toMillis());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        stopping = true;
      }
    }
  }

  private ConsumerRecords<String, byte[]> poll() {
    return consumer().poll(POLL);
  }

  private void enter(ConsumerRecord<String, byte[]> record) {
    CameraTable table = tables.get(new TopicPartition(record.topic(), record.partition()));
    if (table == null) {
      return;
    }
    try {
      table.take(record.key(), CameraTopic.fromRecord(record));
    } catch (InvalidRecordException invalid) {
      telemetry.dropped("ingest", "unknown", invalid.reason()).increment();
      log.warn(
          "{}-{}@{} is not a camera: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          invalid.getMessage());
    } catch (RuntimeException unexpected) {
      telemetry.dropped("ingest", "unknown", "internal").increment();
      // Its message might contain parts of the record.
      log.error(
          "{}-{}@{} cannot be read as a camera: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          unexpected.getClass().getName());
    }
  }

  /** Starts the cameras of the partitions that were read to the end that they had. */
  private void load() {
    Map<TopicPartition, CameraTable> unknown = new HashMap<>(tables);
    unknown.values().removeIf(CameraTable::endKnown);
    try {
      if (!unknown.isEmpty()) {
        pulse
            .waiting(() -> consumer().endOffsets(unknown.keySet(), SHORT))
            .forEach(
                (partition, end) ->
                    Objects.requireNonNull(unknown.get(partition), "asked for").end(end));
      }
      for (Map.Entry<TopicPartition, CameraTable> each : tables.entrySet()) {
        CameraTable table = each.getValue();
        if (!table.loaded()) {
          table.reached(pulse.waiting(() -> consumer().position(each.getKey(), SHORT)));
        }
        table.forgetTold();
      }
    } catch (TimeoutException later) {
      log.debug("the ends of {} are not known yet", unknown.keySet(), later);
    }
  }

  /** Opens it when there is none. */
  private Consumer<String, byte[]> consumer() {
    if (consumer != null) {
      return consumer;
    }
    Consumer<String, byte[]> opened =
        clients.consumer(
            "ingest",
            500,
            // The shortest value that brokers allow: the cameras of a dead worker wait for this
            // time.
            Map.of(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000));
    consumer = opened;
    metrics = telemetry.bind(opened, "ingest");
    opened.subscribe(
        List.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            opened.seekToBeginning(partitions);
            positions.assigned(partitions);
            partitions.forEach(
                partition -> tables.put(partition, new CameraTable(partition, fleet)));
            if (!partitions.isEmpty()) {
              log.info("assigned {}", partitions);
            }
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            log.info("revoked {}", partitions);
            leave(partitions, CameraFleet.Leaving.STOPPED);
          }

          @Override
          public void onPartitionsLost(Collection<TopicPartition> partitions) {
            log.info("lost {}", partitions);
            leave(partitions, CameraFleet.Leaving.LOST);
          }
        });
    return opened;
  }

  private void leave(Collection<TopicPartition> partitions, CameraFleet.Leaving why) {
    positions.revoked(partitions);
    List<String> leaving = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      CameraTable table = tables.remove(partition);
      if (table != null) {
        table.giveUp();
        leaving.addAll(table.running());
      }
    }
    fleet.remove(leaving, why, STOPPING);
  }

  private void closeConsumer() {
    if (consumer == null) {
      return;
    }
    try (Closing closing = new Closing()) {
      closing.add(consumer);
      closing.add(Objects.requireNonNull(metrics, "bound with the consumer"));
    } catch (RuntimeException failed) {
      log.warn("the cameras' consumer did not close cleanly", failed);
    } finally {
      consumer = null;
      positions.clear();
      tables.values().forEach(CameraTable::giveUp);
      tables.clear();
    }
  }

  private Stage.Health membership() {
    Stage.Health inGroup = Membership.health(consumer());
    if (!inGroup.ready()) {
      return inGroup;
    }
    return tables.values().stream().allMatch(CameraTable::loaded)
        ? Stage.Health.READY
        : Stage.Health.notReady("reading the cameras");
  }

  /** Stops every camera and leaves the group. */
  @Override
  public void close() {
    stopping = true;
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(15_000);
      if (thread.isAlive()) {
        log.warn("the camera assignment did not end in time");
        thread.interrupt();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
