package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Detects readers that make no progress. A reader is stalled in a partition when, for longer than a
 * bound, one of these holds: it has no position there; an open transaction hides the records after
 * its position; or records wait there and it reads nothing in any other partition either, because a
 * reader with a backlog takes its partitions in turn. Only time in which the broker answered
 * counts.
 *
 * <p>Only for {@link StallWatch}'s thread.
 */
final class Progress {
  /** How long a position has not moved; {@code at} is empty without a position. */
  private record Mark(OptionalLong at, long unmovedNanos) {}

  /**
   * The ends of a partition.
   *
   * @param last the offset that the next record will have
   * @param readable the offset up to which readers of committed records may read
   */
  record End(long last, long readable) {}

  /** Why a reader is stalled. */
  enum Cause {
    NO_POSITION,
    OPEN_TRANSACTION,
    BUSY
  }

  /**
   * A partition in which the reader is stalled.
   *
   * @param position of the reader, empty without one
   * @param end the end of the partition
   */
  record Still(TopicPartition partition, OptionalLong position, End end, Cause cause) {}

  private final long bound;
  private Map<TopicPartition, Mark> marks = Map.of();

  /**
   * @param bound how long it may make no progress
   */
  Progress(Duration bound) {
    this.bound = bound.toNanos();
  }

  /**
   * Records the current positions and ends.
   *
   * @param held as {@link Positions#held}
   * @param ends the known ends of partitions
   * @param nanos time since the last check, as far as the broker answered
   * @return the first partition in which it is stalled
   */
  Optional<Still> look(
      Map<TopicPartition, OptionalLong> held, Map<TopicPartition, End> ends, long nanos) {
    boolean reads = held.entrySet().stream().anyMatch(this::moved);
    Map<TopicPartition, Mark> next = new HashMap<>();
    Map<String, Still> still = new TreeMap<>();
    held.forEach(
        (partition, position) -> {
          Mark mark = marks.get(partition);
          End end = ends.get(partition);
          if (mark == null || !mark.at().equals(position)) {
            mark = new Mark(position, 0);
          } else if (end != null) {
            Optional<Cause> cause = cause(position, end, reads);
            mark = new Mark(position, cause.isEmpty() ? 0 : mark.unmovedNanos() + nanos);
            if (mark.unmovedNanos() > bound) {
              still.put(
                  partition.toString(), new Still(partition, position, end, cause.orElseThrow()));
            }
          }
          next.put(partition, mark);
        });
    marks = next;
    return still.values().stream().findFirst();
  }

  private boolean moved(Map.Entry<TopicPartition, OptionalLong> now) {
    Mark mark = marks.get(now.getKey());
    return mark != null && mark.at().isPresent() && !mark.at().equals(now.getValue());
  }

  /** Why the reader cannot continue; empty when there is nothing to read. */
  private static Optional<Cause> cause(OptionalLong position, End end, boolean reads) {
    if (position.isEmpty()) {
      return Optional.of(Cause.NO_POSITION);
    }
    if (position.getAsLong() >= end.last()) {
      return Optional.empty();
    }
    if (position.getAsLong() >= end.readable()) {
      return Optional.of(Cause.OPEN_TRANSACTION);
    }
    return reads ? Optional.empty() : Optional.of(Cause.BUSY);
  }
}
