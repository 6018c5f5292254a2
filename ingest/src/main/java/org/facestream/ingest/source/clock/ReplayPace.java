package org.facestream.ingest.source.clock;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows a replay down to the speed of the detectors, which would otherwise skip frames that are too
 * old or already deleted. After each frame, the publisher waits until the consumer group has
 * processed all but a few frames. It does not wait for a group that has no members after half a
 * minute and has never committed an offset. Thread-safe.
 */
public final class ReplayPace implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplayPace.class);

  /** Enough for the next batch. */
  private static final int MOST_AHEAD = 8;

  /** Kafka keeps frames for a minute; waiting frames must be much younger, on any machine. */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long UNKNOWN = Long.MAX_VALUE / 2;

  private static final long JOINING_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final long begun = System.nanoTime();
  private final Admin admin;
  private final String group;
  private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
  private final AtomicInteger ahead = new AtomicInteger(MOST_AHEAD);

  /**
   * @param admin closed by this
   * @param group full name of the consumer group
   */
  public ReplayPace(Admin admin, String group) {
    this.admin = admin;
    this.group = group;
  }

  /** Returns when the group has caught up, or when it is stopped. */
  public void await(RecordMetadata published, BooleanSupplier stopped) {
    TopicPartition partition = new TopicPartition(published.topic(), published.partition());
    committed.putIfAbsent(partition, published.offset());
    long begun = System.nanoTime();
    while (!stopped.getAsBoolean()
        && published.offset() - committed.get(partition) >= ahead.get()) {
      long known = ask(partition);
      if (known == UNKNOWN) {
        return;
      }
      committed.merge(partition, known, Math::max);
      if (published.offset() - known >= ahead.get()) {
        LockSupport.parkNanos(this, PAUSE);
      }
    }
    boolean slow = System.nanoTime() - begun > LONG_NANOS;
    ahead.updateAndGet(now -> slow ? Math.max(1, now / 2) : Math.min(MOST_AHEAD, now + 1));
  }

  private long ask(TopicPartition partition) {
    try {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get(5, TimeUnit.SECONDS)
              .get(partition);
      if (offset != null) {
        return offset.offset();
      }
      // Detectors that start at the same time need some time to join.
      return System.nanoTime() - begun < JOINING_NANOS || hasMembers() ? known(partition) : UNKNOWN;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    } catch (ExecutionException | TimeoutException failed) {
      // The broker is temporarily unavailable, so the position is unknown.
      log.debug("the position of {} is not known", group, failed);
      return known(partition);
    }
  }

  private long known(TopicPartition partition) {
    return Objects.requireNonNull(committed.get(partition), "await begins with an offset");
  }

  private boolean hasMembers() throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return !Objects.requireNonNull(
              admin.describeConsumerGroups(List.of(group)).describedGroups().get(group),
              "the group that was asked for")
          .get(5, TimeUnit.SECONDS)
          .members()
          .isEmpty();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof GroupIdNotFoundException) {
        return false;
      }
      throw failed;
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
