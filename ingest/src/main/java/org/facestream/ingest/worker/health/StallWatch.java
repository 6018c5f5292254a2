package org.facestream.ingest.worker.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a stage's readers from outside, with its own thread and Kafka client: how far each is
 * from the end of its topic, and whether it is stalled ({@link Progress}). A reader's own thread
 * cannot detect that: it may be stuck, and for a reader of committed records, a topic ends at a
 * transaction that is never finished.
 *
 * <p>A stalled reader makes the stage not ready, is logged once with the reason, and sets {@code
 * facestream_stalled} to 1. While no broker answers, the last result stays.
 */
public final class StallWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StallWatch.class);
  private static final Duration MOST_SELDOM = Duration.ofSeconds(1);

  private final String stage;
  private final Duration longest;
  private final Duration interval;
  private final KafkaClients clients;
  private final Telemetry telemetry;
  private final List<Reader> readers = new CopyOnWriteArrayList<>();
  private final List<Meter> meters = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  /** One reader of a topic; only the watch's thread uses it, except for volatile fields. */
  private static final class Reader {
    private final String topic;
    private final Optional<String> group;
    private final Positions positions;
    private final Progress progress;
    private final BooleanSupplier waits;
    private volatile long lag;

    /** Why it is stalled; empty while it makes progress. */
    private volatile String stalled = "";

    /** When the broker last answered; 0 if it did not. */
    private long answered;

    Reader(
        String topic,
        Optional<String> group,
        Positions positions,
        Progress progress,
        BooleanSupplier waits) {
      this.topic = topic;
      this.group = group;
      this.positions = positions;
      this.progress = progress;
      this.waits = waits;
    }
  }

  /**
   * @param longest how long a reader may make no progress
   */
  public StallWatch(String stage, Duration longest, KafkaClients clients, Telemetry telemetry) {
    this.stage = stage;
    this.longest = longest;
    Duration tenth = longest.dividedBy(10);
    this.interval = tenth.compareTo(MOST_SELDOM) < 0 ? tenth : MOST_SELDOM;
    this.clients = clients;
    this.telemetry = telemetry;
    this.thread = new Thread(this::run, stage + "-stall-watch");
  }

  /**
   * Adds a reader.
   *
   * @param group name of its consumer group without the prefix; empty for a reader without offsets
   *     in Kafka
   * @param positions that the reader writes
   */
  public void follow(Topic topic, Optional<String> group, Positions positions) {
    follow(topic, group, positions, () -> false);
  }

  /**
   * Adds a reader that may stop reading for a while on purpose.
   *
   * @param waits whether it does now; that time does not count
   */
  public void follow(
      Topic topic, Optional<String> group, Positions positions, BooleanSupplier waits) {
    Reader reader =
        new Reader(
            clients.name(topic),
            group.map(name -> clients.config().topicPrefix() + "." + name),
            positions,
            new Progress(longest),
            waits);
    readers.add(reader);
    meters.add(
        Gauge.builder("facestream.consumer.lag", reader, followed -> followed.lag)
            .description("Records between this worker's positions and the ends of its partitions")
            .tags("stage", stage, "topic", topic.thing())
            .register(telemetry.registry()));
    meters.add(
        Gauge.builder("facestream.stalled", reader, followed -> followed.stalled.isEmpty() ? 0 : 1)
            .description(
                "Whether a stage has stopped reading a topic that has more records: 1 or 0")
            .tags("stage", stage, "topic", topic.thing())
            .register(telemetry.registry()));
  }

  public void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Ready when no reader is stalled; otherwise not ready, with the reason. */
  public Stage.Health health() {
    String reasons =
        readers.stream()
            .map(reader -> reader.stalled)
            .filter(reason -> !reason.isEmpty())
            .collect(Collectors.joining("; "));
    return reasons.isEmpty() ? Stage.Health.READY : Stage.Health.notReady(reasons);
  }

  private void run() {
    try (PartitionEnds broker = new PartitionEnds(clients)) {
      while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        for (Reader reader : readers) {
          look(reader, broker);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Reader reader, PartitionEnds broker) throws InterruptedException {
    Map<TopicPartition, OptionalLong> held = reader.positions.held();
    Map<TopicPartition, Progress.End> ends = Map.of();
    try {
      if (!held.isEmpty()) {
        ends = broker.ends(held.keySet());
      }
      reader.lag = lag(reader, held, ends, broker);
    } catch (TimeoutException | KafkaException unknown) {
      // The last result stays, and this time does not count, because nothing can be read while no
      // broker answers.
      log.debug("{}: the end of {} is not known", stage, reader.topic, unknown);
      reader.answered = 0;
      return;
    } catch (RuntimeException unforeseen) {
      log.warn("{}: the position in {} is not known", stage, reader.topic, unforeseen);
      reader.answered = 0;
      return;
    }
    long now = System.nanoTime();
    long nanos = reader.answered == 0 || reader.waits.getAsBoolean() ? 0 : now - reader.answered;
    reader.answered = now;
    // Time in which the machine was suspended does not count.
    tell(reader, reader.progress.look(held, ends, Math.min(nanos, longest.toNanos() / 2)));
  }

  /** Without a position, the lag is counted from where the reader would begin. */
  private static long lag(
      Reader reader,
      Map<TopicPartition, OptionalLong> held,
      Map<TopicPartition, Progress.End> ends,
      PartitionEnds broker)
      throws InterruptedException, TimeoutException {
    List<TopicPartition> lost =
        ends.keySet().stream().filter(partition -> position(held, partition).isEmpty()).toList();
    Map<TopicPartition, Long> begins =
        lost.isEmpty() ? Map.of() : broker.begins(lost, reader.group);
    long lag = 0;
    for (Map.Entry<TopicPartition, Progress.End> end : ends.entrySet()) {
      long last = end.getValue().last();
      long position =
          position(held, end.getKey()).orElseGet(() -> begins.getOrDefault(end.getKey(), last));
      lag += Math.max(0, last - position);
    }
    return lag;
  }

  private static OptionalLong position(
      Map<TopicPartition, OptionalLong> held, TopicPartition partition) {
    return Objects.requireNonNull(held.get(partition), "ends are asked for held partitions only");
  }

  private void tell(Reader reader, Optional<Progress.Still> still) {
    boolean told = !reader.stalled.isEmpty();
    if (still.isEmpty()) {
      reader.stalled = "";
      if (told) {
        log.info("{}: reading {} again", stage, reader.topic);
      }
    } else if (!told) {
      reader.stalled = reason(still.get());
      log.error("{}: {}", stage, reader.stalled);
    }
  }

  private String reason(Progress.Still still) {
    String time = " for " + longest.toSeconds() + " s";
    if (still.position().isEmpty()) {
      return "no position in "
          + still.partition()
          + time
          + ": the group's offset cannot be read, probably because a transaction that wrote it was"
          + " never finished";
    }
    String where =
        still.partition()
            + " has not been read beyond offset "
            + still.position().getAsLong()
            + time;
    return switch (still.cause()) {
      case OPEN_TRANSACTION ->
          where
              + ": a transaction that was never finished hides the rest, up to "
              + still.end().last();
      case NO_POSITION, BUSY -> where + ", although it goes on to " + still.end().readable();
    };
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    meters.forEach(telemetry.registry()::remove);
  }
}
