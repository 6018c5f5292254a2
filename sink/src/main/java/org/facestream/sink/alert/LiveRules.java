package org.facestream.sink.alert;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.TopicTable;

/** The rules as they are now: follows their topic. Thread-safe. */
final class LiveRules implements AutoCloseable {
  private final TopicLog topic;
  private final TopicTable<AlertRule> table;

  /** Of the thread that reads. */
  private final Map<String, AlertRule> byId = new TreeMap<>();

  private volatile List<AlertRule> rules = List.of();

  /**
   * Reads all rules and follows the topic, which must exist.
   *
   * @throws org.facestream.ingest.worker.config.UserError when no broker answers
   */
  LiveRules(KafkaClients clients) {
    table = new TopicTable<>(clients, AlertRuleTopic.TOPIC, AlertRuleTopic::fromRecord);
    try {
      topic = new TopicLog(clients, AlertRuleTopic.TOPIC);
    } catch (KafkaException failed) {
      throw clients.unusable(failed);
    }
    try {
      topic.readToEnd(record -> table.enter(byId, record));
    } catch (KafkaException failed) {
      topic.close();
      throw clients.unusable(failed);
    }
    rules = List.copyOf(byId.values());
    topic.follow(
        "alert-rules",
        record -> {
          table.enter(byId, record);
          rules = List.copyOf(byId.values());
        });
  }

  /** Every rule, by id. */
  List<AlertRule> all() {
    return rules;
  }

  @Override
  public void close() {
    topic.close();
  }
}
