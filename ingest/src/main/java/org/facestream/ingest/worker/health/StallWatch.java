package org.facestream.ingest.worker.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * Looks at a stage's readers from outside, with a thread and a Kafka client of its own: how far
 * each is from the end of its topic, and whether it stands still ({@link Progress}). A reader's own
 * thread cannot tell, for it may be stuck, and a reader of committed records believes itself at the
 * end where a transaction that is never finished hides the rest.
 *
 * <p>Whatever stands still makes the stage not ready, is logged once with its reason, and is 1 in
 * {@code facestream_stalled}. While no broker answers it is not known; what was known stays.
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

  /** One reader of a topic; the watch's thread, but for what is volatile. */
  private static final class Reader {
    private final String topic;
    private final Optional<String> group;
    private final Positions positions;
    private final Progress progress;
    private volatile long lag;

    /** Why it stands still; empty while it gets on. */
    private volatile String stalled = "";

    /** When the broker was last asked and answered; 0 when it did not. */
    private long answered;

    Reader(String topic, Optional<String> group, Positions positions, Progress progress) {
      this.topic = topic;
      this.group = group;
      this.positions = positions;
      this.progress = progress;
    }
  }

  /**
   * @param longest how long a reader may stand still
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
   * Looks at a reader too, from now on.
   *
   * @param group name of its consumer group without the prefix; empty for one that has no offsets
   *     in Kafka
   * @param positions that the reader writes
   */
  public void follow(Topic topic, Optional<String> group, Positions positions) {
    Reader reader =
        new Reader(
            clients.name(topic),
            group.map(name -> clients.config().topicPrefix() + "." + name),
            positions,
            new Progress(longest));
    readers.add(reader);
    meters.add(
        Gauge.builder("facestream.consumer.lag", reader, followed -> followed.lag)
            .description("Records between this worker's positions and the ends of its partitions")
            .tags("stage", stage, "topic", topic.thing())
            .register(telemetry.registry()));
    meters.add(
        Gauge.builder("facestream.stalled", reader, followed -> followed.stalled.isEmpty() ? 0 : 1)
            .description("Whether a stage has stopped to read a topic that has more: 1 or 0")
            .tags("stage", stage, "topic", topic.thing())
            .register(telemetry.registry()));
  }

  public void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Ready where no reader stands still; otherwise why. */
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
      // What was known stays, and this time does not count: nobody reads while no broker answers.
      log.debug("{}: where {} ends is not known", stage, reader.topic, unknown);
      reader.answered = 0;
      return;
    } catch (RuntimeException unforeseen) {
      log.warn("{}: how far {} is read is not known", stage, reader.topic, unforeseen);
      reader.answered = 0;
      return;
    }
    long now = System.nanoTime();
    long nanos = reader.answered == 0 ? 0 : now - reader.answered;
    reader.answered = now;
    // A machine that slept did not stand still.
    tell(reader, reader.progress.look(held, ends, Math.min(nanos, longest.toNanos() / 2)));
  }

  /** What has no position is counted from where it would begin. */
  private static long lag(
      Reader reader,
      Map<TopicPartition, OptionalLong> held,
      Map<TopicPartition, Progress.End> ends,
      PartitionEnds broker)
      throws InterruptedException, TimeoutException {
    List<TopicPartition> lost =
        ends.keySet().stream().filter(partition -> held.get(partition).isEmpty()).toList();
    Map<TopicPartition, Long> begins =
        lost.isEmpty() ? Map.of() : broker.begins(lost, reader.group);
    long lag = 0;
    for (Map.Entry<TopicPartition, Progress.End> end : ends.entrySet()) {
      long last = end.getValue().last();
      long position =
          held.get(end.getKey()).orElseGet(() -> begins.getOrDefault(end.getKey(), last));
      lag += Math.max(0, last - position);
    }
    return lag;
  }

  private void tell(Reader reader, Optional<Progress.Still> still) {
    boolean told = !reader.stalled.isEmpty();
    if (still.isEmpty()) {
      reader.stalled = "";
      if (told) {
        log.info("{}: {} is read again", stage, reader.topic);
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
