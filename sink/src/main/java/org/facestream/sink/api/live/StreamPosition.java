package org.facestream.sink.api.live;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.sink.api.http.Problem;

/**
 * How far a stream has come in each partition, as text for {@code Last-Event-ID}: the next offsets
 * in the order of the partitions, such as {@code 17-0-402}. So any process of the API can go on
 * where another one was.
 */
final class StreamPosition {
  private static final int LONGEST = 8_000;

  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /**
   * @param offsets of every partition
   */
  StreamPosition(Map<TopicPartition, Long> offsets) {
    this.partitions =
        offsets.keySet().stream().sorted(Comparator.comparing(TopicPartition::partition)).toList();
    next.putAll(offsets);
  }

  /**
   * Moves to where a stream was before.
   *
   * @param id of an event of that stream
   * @param first the first offset that each partition still has
   * @return whether events between are not there any more
   * @throws Problem when the text is none of a stream
   */
  boolean moveTo(String id, Map<TopicPartition, Long> first) {
    boolean gap = false;
    List<Long> offsets = read(id);
    // Partitions may have been added since; those are read from their beginnings.
    for (int i = 0; i < partitions.size(); i++) {
      TopicPartition partition = partitions.get(i);
      long begin = Objects.requireNonNull(first.get(partition));
      long end = Objects.requireNonNull(next.get(partition));
      long wanted = i < offsets.size() ? offsets.get(i) : begin;
      gap |= wanted < begin || wanted > end;
      next.put(partition, Math.min(end, Math.max(begin, wanted)));
    }
    return gap;
  }

  private static List<Long> read(String id) {
    if (id.length() > LONGEST || !id.matches("\\d{1,18}(-\\d{1,18})*")) {
      throw Problem.invalid(
          "Last-Event-ID is none of this stream: leave it out, or send the last.");
    }
    return List.of(id.split("-", -1)).stream().map(Long::valueOf).toList();
  }

  /** Goes past a record. */
  void pass(ConsumerRecord<?, ?> record) {
    next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
  }

  /** The next offset of each partition. */
  Map<TopicPartition, Long> offsets() {
    return Map.copyOf(next);
  }

  @Override
  public String toString() {
    return partitions.stream()
        .map(partition -> String.valueOf(next.get(partition)))
        .collect(Collectors.joining("-"));
  }
}
