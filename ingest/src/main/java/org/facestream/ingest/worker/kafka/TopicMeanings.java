package org.facestream.ingest.worker.kafka;

import java.util.Map;

/** What it means when a topic's setting is not as wanted. */
final class TopicMeanings {
  /**
   * Of one setting.
   *
   * @param more when the value in force is greater than wanted, or just another
   * @param less when it is less
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
                  "records, also those of people who were forgotten, stay for longer than promised",
                  "records are deleted before those who come back late have read them")),
          Map.entry(
              "retention.bytes",
              new Meaning(
                  "the topic takes more of the disk than planned",
                  "records are deleted before their time when there are many")),
          Map.entry(
              "segment.ms",
              new Meaning(
                  "Kafka deletes and compacts whole segments, so what was deleted or forgotten stays"
                      + " on the disk for that much longer",
                  "the topic is made of more and smaller files")),
          Map.entry(
              "segment.bytes",
              new Meaning(
                  "Kafka deletes whole segments, so more stays on the disk",
                  "the topic is made of more and smaller files")),
          Map.entry(
              "cleanup.policy",
              Meaning.other(
                  "records are deleted by another rule: without `delete` they stay for ever, without"
                      + " `compact` the last of each key is lost in time, and with it what is"
                      + " registered")),
          Map.entry(
              "max.compaction.lag.ms",
              new Meaning(
                  "what was erased stays on the disk for longer than promised",
                  "the topic is compacted more often than needed")),
          Map.entry(
              "min.compaction.lag.ms",
              Meaning.other("what was erased stays on the disk for at least that long")),
          Map.entry(
              "min.cleanable.dirty.ratio",
              new Meaning(
                  "compaction waits for more waste, so what was erased may stay for longer",
                  "the topic is compacted more often than needed")),
          Map.entry(
              "delete.retention.ms",
              new Meaning(
                  "tombstones, which hold ids, stay for longer",
                  "a worker that was away for longer than that does not learn what was erased")),
          Map.entry(
              "max.message.bytes",
              new Meaning(
                  "records may be larger than readers have memory for",
                  "the broker refuses records that are valid")),
          Map.entry(
              "compression.type",
              Meaning.other("the broker compresses pictures again, which takes processor time")),
          Map.entry(
              "message.timestamp.type",
              Meaning.other("records carry the time of writing instead of the time of capture")),
          Map.entry(
              TopicDifference.PARTITIONS,
              new Meaning(
                  "that many workers can share it, which does no harm; partitions cannot become"
                      + " fewer",
                  "no more workers than that can share it. Partitions are not added to a topic in"
                      + " use: records with the same key would lie in two of them, out of order, and"
                      + " a tombstone would miss what it erases. Set kafka.partitions to that number,"
                      + " or use another kafka.topic-prefix")),
          Map.entry(
              TopicDifference.REPLICAS,
              Meaning.other(
                  "the loss of so many brokers loses the topic. kafka-reassign-partitions.sh adds"
                      + " replicas")));

  private TopicMeanings() {}

  static String of(String setting, String wanted, String found) {
    if (found == null) {
      return "the broker is too old, or the name in kafka.topic-settings is wrong";
    }
    Meaning meaning = MEANINGS.getOrDefault(setting, Meaning.other("it differs"));
    return size(found) < size(wanted) ? meaning.less() : meaning.more();
  }

  /** Of what is no number: always the same, so that neither is less. */
  private static double size(String value) {
    if (value.equals("-1")) {
      return Double.POSITIVE_INFINITY;
    }
    return value.matches("\\d+(\\.\\d+)?") ? Double.parseDouble(value) : 0;
  }
}
