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

/** The records of several polls as one batch. Only for the loop's thread. */
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

  /** Partitions were revoked between two polls: their records are dropped. */
  void forget(Collection<TopicPartition> partitions) {
    records.keySet().removeAll(partitions);
    next.keySet().removeAll(partitions);
  }

  /** Total size of the values in bytes. */
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
