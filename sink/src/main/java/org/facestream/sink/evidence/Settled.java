package org.facestream.sink.evidence;

import java.time.Duration;
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
 * Up to when faces were published that have their events in the database by now, if they have any.
 * Follows the groups in the order of the data: what was in the faces topic at a moment was read by
 * the recognizer, its matches by the decision, then a track's timeout passed, and its events were
 * read by the sink. While one of them is away, nothing new is settled. Has its own thread.
 */
final class Settled implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Settled.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** The end of a transaction is a record that nobody is given. */
  private static final long TRANSACTION_END = 1;

  private final KafkaClients clients;
  private final Duration wait;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile OptionalLong events = OptionalLong.empty();
  private volatile OptionalLong faces = OptionalLong.empty();
  private volatile Supplier<Map<TopicPartition, OptionalLong>> own = Map::of;

  /**
   * @param wait longer than the recognizer waits until a track has ended
   */
  Settled(KafkaClients clients, Duration wait) {
    this.clients = clients;
    this.wait = wait;
    this.thread = new Thread(this::run, EvidenceWriter.STAGE + "-settled");
    this.thread.setDaemon(true);
  }

  /**
   * Begins.
   *
   * @param positions of the reader of faces
   */
  void start(Supplier<Map<TopicPartition, OptionalLong>> positions) {
    own = positions;
    thread.start();
  }

  /** What was read before, by {@link System#nanoTime}, has its events by now, if it has any. */
  OptionalLong events() {
    return events;
  }

  /** The same of a match and its face: the reader has also read all faces of then. */
  OptionalLong faces() {
    return faces;
  }

  private void run() {
    try (GroupReading groups = new GroupReading(clients)) {
      while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          settle(groups);
        } catch (KafkaException | TimeoutException away) {
          log.debug("{}: it is not known what is settled", EvidenceWriter.STAGE, away);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void settle(GroupReading groups) throws InterruptedException, TimeoutException {
    long begun = System.nanoTime();
    Map<TopicPartition, Long> ends = groups.ends(FaceTopic.TOPIC);
    if (!passes(groups, FaceTopic.TOPIC, "recognizer")
        || !passes(groups, MatchTopic.TOPIC, "identity")
        || closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)
        || !passes(groups, IdentityTopic.TOPIC, "sink")) {
      return;
    }
    events = OptionalLong.of(begun);
    if (hasRead(ends)) {
      faces = events;
    }
  }

  /** Whether the reader has read its share of the faces. */
  private boolean hasRead(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OptionalLong> positions = own.get();
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      OptionalLong position = positions.get(end.getKey());
      if (position != null && position.orElse(0) + TRANSACTION_END < end.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** Waits until the group has read what is in the topic now. */
  private boolean passes(GroupReading groups, Topic topic, String group)
      throws InterruptedException, TimeoutException {
    Map<TopicPartition, Long> ends = groups.ends(topic);
    while (!groups.hasRead(group, ends)) {
      if (closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
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
  }
}
