package org.facestream.ingest.worker.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The records of several polls as if they were of one. The loop's thread only. */
final class Gathering {
  private Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> records = new HashMap<>();
  private Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
  private long bytes;

  void begin() {
    records = new HashMap<>();
    next = new HashMap<>();
    bytes = 0;
  }

  void add(ConsumerRecords<String, byte[]> polled) {
    for (TopicPartition partition : polled.partitions()) {
      List<ConsumerRecord<String, byte[]>> more = polled.records(partition);
      records.computeIfAbsent(partition, each -> new ArrayList<>()).addAll(more);
      more.forEach(record -> bytes += Math.max(0, record.serializedValueSize()));
    }
    next.putAll(polled.nextOffsets());
  }

  /** Partitions went to another member between two polls: their records are that one's. */
  void forget(Collection<TopicPartition> partitions) {
    records.keySet().removeAll(partitions);
    next.keySet().removeAll(partitions);
  }

  /** Bytes of the values so far. */
  long bytes() {
    return bytes;
  }

  /** Keeps nothing of it: the records are large. */
  ConsumerRecords<String, byte[]> end() {
    ConsumerRecords<String, byte[]> gathered = new ConsumerRecords<>(records, next);
    begin();
    return gathered;
  }
}
