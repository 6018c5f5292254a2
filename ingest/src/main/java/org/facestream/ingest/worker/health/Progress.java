package org.facestream.ingest.worker.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Whether a reader gets on. In a partition it stands still when, for longer than a bound, it has no
 * position there, or an open transaction hides what follows its position, or records that it could
 * read wait there and it reads nothing in any other partition either: one with a backlog takes its
 * partitions in turns. Only time in which the broker answered counts.
 *
 * <p>{@link StallWatch}'s thread only.
 */
final class Progress {
  /** How long a position has not moved; {@code at} is empty where there is none. */
  private record Mark(OptionalLong at, long unmovedNanos) {}

  /**
   * Where a partition ends.
   *
   * @param last the offset that the next record will have
   * @param readable the offset up to which readers of committed records may read
   */
  record End(long last, long readable) {}

  /** Why a reader stands still. */
  enum Cause {
    NO_POSITION,
    OPEN_TRANSACTION,
    BUSY
  }

  /**
   * A partition in which the reader stands still.
   *
   * @param position of the reader, empty where it has none
   * @param end where the partition ends
   */
  record Still(TopicPartition partition, OptionalLong position, End end, Cause cause) {}

  private final long bound;
  private Map<TopicPartition, Mark> marks = Map.of();

  /**
   * @param bound how long it may stand still
   */
  Progress(Duration bound) {
    this.bound = bound.toNanos();
  }

  /**
   * Takes in where the reader and the ends are now.
   *
   * @param held as {@link Positions#held}
   * @param ends of those partitions whose ends are known
   * @param nanos since the last look, as far as the broker answered
   * @return the first partition in which it stands still
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

  /** Why the reader may have to stay where it is; empty where there is nothing to read. */
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
