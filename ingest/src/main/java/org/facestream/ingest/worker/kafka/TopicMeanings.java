package org.facestream.ingest.worker.kafka;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The consequences of topic settings that differ from the wanted values. */
final class TopicMeanings {
  /**
   * The consequences for one setting.
   *
   * @param more if the value is greater than wanted, or not comparable
   * @param less if it is less
   */
  private record Meaning(String more, String less) {
    static Meaning other(String meaning) {
      return new Meaning(meaning, meaning);
    }
  }

  private static final Map<String, Meaning> MEANINGS =
      Map.ofEntries(
          Map.entry(
              "retention.ms",
              new Meaning(
                  "records, including those of people who were forgotten, stay longer than "
                      + "documented",
                  "records are deleted before a worker that was away has read them")),
          Map.entry(
              "retention.bytes",
              new Meaning(
                  "the topic needs more disk space than planned",
                  "records are deleted before their retention ends when there are many")),
          Map.entry(
              "segment.ms",
              new Meaning(
                  "Kafka deletes and compacts whole segments, so deleted and forgotten records "
                      + "stay on the disk for that much longer",
                  "the topic consists of more and smaller files")),
          Map.entry(
              "segment.bytes",
              new Meaning(
                  "Kafka deletes whole segments, so more stays on the disk",
                  "the topic consists of more and smaller files")),
          Map.entry(
              "cleanup.policy",
              Meaning.other(
                  "records are deleted by another rule: without `delete` they are never deleted, "
                      + "without `compact` the last record of each key is deleted in time, and its "
                      + "registration is lost")),
          Map.entry(
              "max.compaction.lag.ms",
              new Meaning(
                  "erased data stay on the disk longer than documented",
                  "the topic is compacted more often than needed")),
          Map.entry(
              "min.compaction.lag.ms",
              Meaning.other("erased data stay on the disk for at least that long")),
          Map.entry(
              "min.cleanable.dirty.ratio",
              new Meaning(
                  "compaction starts later, so erased data may stay longer",
                  "the topic is compacted more often than needed")),
          Map.entry(
              "delete.retention.ms",
              new Meaning(
                  "tombstones, which contain ids, stay longer",
                  "a worker that was away for longer than that does not notice what was erased")),
          Map.entry(
              "max.message.bytes",
              new Meaning(
                  "records may be larger than the readers' memory",
                  "the broker refuses records that are valid")),
          Map.entry(
              "compression.type",
              Meaning.other("the broker compresses pictures again, which takes CPU time")),
          Map.entry(
              "message.timestamp.type",
              Meaning.other("records carry the time of writing instead of the time of capture")),
          Map.entry(
              TopicDifference.PARTITIONS,
              new Meaning(
                  "that number of workers can share the topic, which does no harm; partitions "
                      + "cannot be removed",
                  "at most that number of workers can share the topic. Partitions are not added "
                      + "to a topic with data: records with the same key would be in two partitions, out "
                      + "of order, and a tombstone would not erase the older record. Set kafka.partitions "
                      + "to that number, or use another kafka.topic-prefix")),
          Map.entry(
              TopicDifference.REPLICAS,
              Meaning.other(
                  "the topic is lost when that number of brokers is lost. Use "
                      + "kafka-reassign-partitions.sh to add replicas")));

  private TopicMeanings() {}

  static String of(String setting, String wanted, @Nullable String found) {
    if (found == null) {
      return "the broker is too old, or the name in kafka.topic-settings is wrong";
    }
    Meaning meaning = MEANINGS.getOrDefault(setting, Meaning.other("it differs"));
    return size(found) < size(wanted) ? meaning.less() : meaning.more();
  }

  /** For values that are not numbers: always the same, so that neither is less. */
  private static double size(String value) {
    if (value.equals("-1")) {
      return Double.POSITIVE_INFINITY;
    }
    return value.matches("\\d+(\\.\\d+)?") ? Double.parseDouble(value) : 0;
  }
}
