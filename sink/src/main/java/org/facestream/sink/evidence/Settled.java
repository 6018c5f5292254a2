package org.facestream.sink.evidence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.health.GroupReading;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of records that were read earlier: whether their faces, and their events, would be
 * there by now. Has its own threads.
 */
final class Settled implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Settled.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** A face that was published again after a failure may come this much later than its match. */
  private static final Duration LATE = Duration.ofSeconds(5);

  /** The end of a transaction is a record that nobody is given. */
  private static final long TRANSACTION_END = 1;

  private final KafkaClients clients;
  private final Duration wait;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private volatile OptionalLong events = OptionalLong.empty();
  private volatile OptionalLong faces = OptionalLong.empty();

  /**
   * @param wait longer than the recognizer waits until a track has ended
   */
  Settled(KafkaClients clients, Duration wait) {
    this.clients = clients;
    this.wait = wait;
  }

  /**
   * Begins.
   *
   * @param positions of the reader of faces and matches
   */
  void start(Supplier<Map<TopicPartition, OptionalLong>> positions) {
    begin("faces", groups -> settleFaces(groups, positions));
    begin("events", this::settleEvents);
  }

  /**
   * Faces that were read before, by {@link System#nanoTime}, have their events in the database, if
   * they have any. Follows the groups in the order of the data: what was in the faces topic at a
   * moment was read by the recognizer, its matches by the decision, then a track's timeout passed,
   * and its events were read by the sink. While one of them is away, nothing new is settled.
   */
  OptionalLong events() {
    return events;
  }

  /**
   * Of matches that were read before, by {@link System#nanoTime}, the faces were read: a face is
   * published before its match, or a little later. Capture times cannot show this: a recording that
   * is read later may be older.
   */
  OptionalLong faces() {
    return faces;
  }

  private interface Step {
    void settle(GroupReading groups) throws InterruptedException, TimeoutException;
  }

  private void begin(String what, Step step) {
    Thread thread = new Thread(() -> run(step), EvidenceWriter.STAGE + "-settled-" + what);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void run(Step step) {
    try (GroupReading groups = new GroupReading(clients)) {
      while (pause(PAUSE)) {
        try {
          step.settle(groups);
        } catch (KafkaException | TimeoutException away) {
          log.debug("{}: it is not known what is settled", EvidenceWriter.STAGE, away);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns false when this was closed meanwhile. */
  private boolean pause(Duration time) throws InterruptedException {
    return !closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void settleFaces(
      GroupReading groups, Supplier<Map<TopicPartition, OptionalLong>> positions)
      throws InterruptedException, TimeoutException {
    long begun = System.nanoTime();
    if (!pause(LATE)) {
      return;
    }
    Map<TopicPartition, Long> ends = groups.ends(FaceTopic.TOPIC);
    while (!hasRead(positions.get(), ends)) {
      if (!pause(PAUSE)) {
        return;
      }
    }
    faces = OptionalLong.of(begun);
  }

  /** Whether the reader has read its share of the faces. */
  private static boolean hasRead(
      Map<TopicPartition, OptionalLong> positions, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(
            end -> {
              OptionalLong position = positions.get(end.getKey());
              return position == null || position.orElse(0) + TRANSACTION_END >= end.getValue();
            });
  }

  private void settleEvents(GroupReading groups) throws InterruptedException, TimeoutException {
    long begun = System.nanoTime();
    if (passes(groups, FaceTopic.TOPIC, "recognizer")
        && passes(groups, MatchTopic.TOPIC, "identity")
        && pause(wait)
        && passes(groups, IdentityTopic.TOPIC, "sink")) {
      events = OptionalLong.of(begun);
    }
  }

  /** Waits until the group has read what is in the topic now. */
  private boolean passes(GroupReading groups, Topic topic, String group)
      throws InterruptedException, TimeoutException {
    Map<TopicPartition, Long> ends = groups.ends(topic);
    while (!groups.hasRead(group, ends)) {
      if (!pause(PAUSE)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    closed.countDown();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(5_000);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
