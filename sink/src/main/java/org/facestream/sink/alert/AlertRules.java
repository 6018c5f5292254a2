package org.facestream.sink.alert;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicTable;
import org.facestream.ingest.worker.kafka.Topics;
import org.jspecify.annotations.Nullable;

/**
 * The topic of rules as a table, for commands and the HTTP API. It keeps no connection, and its
 * effect is durable when a call returns; sinks apply it at once. Each call throws {@link
 * org.facestream.ingest.worker.config.UserError} when no broker answers.
 */
public final class AlertRules {
  private final KafkaClients clients;
  private final String topic;

  public AlertRules(KafkaClients clients) {
    this.clients = clients;
    this.topic = clients.name(AlertRuleTopic.TOPIC);
  }

  /** Every rule, by id. */
  public List<AlertRule> list() {
    return List.copyOf(table().values());
  }

  public Optional<AlertRule> find(String id) {
    return Optional.ofNullable(table().get(id));
  }

  /**
   * Adds rules, or replaces those of the same ids.
   *
   * @return how many were not there before with the same values
   */
  public int put(Collection<AlertRule> rules) {
    Map<String, AlertRule> present = table();
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (AlertRule rule : rules) {
      if (!rule.equals(present.get(rule.id()))) {
        records.add(AlertRuleTopic.toRecord(topic, rule));
      }
    }
    send(records);
    return records.size();
  }

  /** Deletes a rule; false when there is none of that id. */
  public boolean delete(String id) {
    boolean there = table().containsKey(id);
    if (there) {
      send(List.of(AlertRuleTopic.tombstone(topic, id)));
    }
    return there;
  }

  /**
   * Puts another person's id in the place of somebody in every rule. Without another, takes them
   * out: a rule that was about them alone is deleted then, for it would be about everybody.
   *
   * @param name of who goes
   * @param by null for who is forgotten
   */
  public void replace(String personId, String name, @Nullable String by) {
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (AlertRule rule : table().values()) {
      Match left = rule.match().with(personId, name, by);
      if (!left.equals(rule.match())) {
        boolean nobody =
            left.people().isEmpty()
                && left.watchlists().isEmpty()
                && !left.unknown()
                && left.visits() == null;
        records.add(
            nobody
                ? AlertRuleTopic.tombstone(topic, rule.id())
                : AlertRuleTopic.toRecord(topic, rule.with().match(left).build()));
      }
    }
    send(records);
  }

  private Map<String, AlertRule> table() {
    Topics.ensure(clients, List.of(AlertRuleTopic.TOPIC));
    return new TopicTable<>(clients, AlertRuleTopic.TOPIC, AlertRuleTopic::fromRecord).read();
  }

  private void send(List<ProducerRecord<String, byte[]>> records) {
    TopicTable.send(clients, records, "Rule", "give it fewer people, cameras or zones");
  }
}
