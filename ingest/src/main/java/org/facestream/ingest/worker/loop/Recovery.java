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

/**
 * What a consume loop does after a turn that failed, and when that is over. The loop's thread only.
 */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final String stage;
  private final FaultIsolation isolation;
  private final Publisher publisher;
  private final GroupMember member;
  private final Counter retries;
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  /** Where a failed turn's records are still to be processed. */
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
            .description("Turns of a consume loop that failed and were tried again")
            .tags("stage", stage)
            .register(telemetry.registry());
  }

  /** The records of these partitions were processed. */
  void worked(Set<TopicPartition> partitions) {
    owed.removeAll(partitions);
  }

  /**
   * A turn did not fail. After one that did, that tells nothing before its records have come again:
   * a poll that brings none does not reset the backoff, nor make the stage ready.
   *
   * @return the stage's health; empty while that is still the failure
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
   * Voids the turn, goes back to where the group stands, and waits, still a member of it.
   *
   * @param first offsets of the turn's records
   */
  void recover(RuntimeException failed, Map<TopicPartition, Long> first) {
    Duration wait = backoff.next();
    retries.increment();
    owed.addAll(first.keySet());
    log.warn("{}: turn failed ({}); again in {} ms", stage, failed, wait.toMillis(), failed);
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
      log.warn("{}: the consumer is replaced", stage, unusable);
      member.close();
    }
  }
}
