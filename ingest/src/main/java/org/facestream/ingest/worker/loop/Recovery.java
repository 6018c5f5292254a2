package org.facestream.ingest.worker.loop;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a consume loop recovers from a failed turn. Only for the loop's thread. */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final String stage;
  private final FaultIsolation isolation;
  private final Publisher publisher;
  private final GroupMember member;
  private final Counter retries;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  /** Partitions of a failed turn whose records are not processed yet. */
  private final Set<TopicPartition> owed = new HashSet<>();

  Recovery(
      String stage,
      FaultIsolation isolation,
      Publisher publisher,
      GroupMember member,
      Telemetry telemetry) {
    this.stage = stage;
    this.isolation = isolation;
    this.publisher = publisher;
    this.member = member;
    this.retries =
        Counter.builder("facestream.retries")
            .description("Batches that failed and were tried again")
            .tags("stage", stage)
            .register(telemetry.registry());
  }

  /** The records of these partitions are processed. */
  void worked(Set<TopicPartition> partitions) {
    owed.removeAll(partitions);
  }

  /**
   * A turn succeeded. After a failed turn, an empty poll does not reset the backoff or make the
   * stage ready; only its redelivered records do.
   *
   * @return the stage's health; empty while the failure persists
   */
  Optional<Stage.Health> health() {
    Stage.Health membership = member.health();
    if (membership.ready()) {
      owed.removeIf(partition -> !member.isBehind(partition));
    }
    if (!owed.isEmpty()) {
      return Optional.empty();
    }
    backoff.reset();
    return Optional.of(membership);
  }

  /**
   * Aborts the turn, seeks to the committed offsets, and waits without leaving the group.
   *
   * @param first offsets of the turn's records
   */
  void recover(RuntimeException failed, Map<TopicPartition, Long> first) {
    Duration wait = backoff.next();
    retries.increment();
    owed.addAll(first.keySet());
    log.warn(
        "{}: the batch failed ({}); trying again in {} ms", stage, failed, wait.toMillis(), failed);
    isolation.abort();
    publisher.abort();
    try {
      if (!member.isOpen()) {
        Thread.sleep(wait.toMillis());
        return;
      }
      member.rewind(first);
      member.rest(wait);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (KafkaException unusable) {
      log.warn("{}: replacing the consumer", stage, unusable);
      member.close();
    }
  }
}
