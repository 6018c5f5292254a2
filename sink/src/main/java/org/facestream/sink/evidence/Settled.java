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
final class Settled implements AutoCloseable, Supplier<OptionalLong> {
  private static final Logger log = LoggerFactory.getLogger(Settled.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final KafkaClients clients;
  private final Duration wait;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile OptionalLong settled = OptionalLong.empty();

  /**
   * @param wait longer than the recognizer waits until a track has ended
   */
  Settled(KafkaClients clients, Duration wait) {
    this.clients = clients;
    this.wait = wait;
    this.thread = new Thread(this::run, EvidenceWriter.STAGE + "-settled");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** By {@link System#nanoTime}. */
  @Override
  public OptionalLong get() {
    return settled;
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
    if (!passes(groups, FaceTopic.TOPIC, "recognizer")
        || !passes(groups, MatchTopic.TOPIC, "identity")
        || closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)
        || !passes(groups, IdentityTopic.TOPIC, "sink")) {
      return;
    }
    settled = OptionalLong.of(begun);
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
