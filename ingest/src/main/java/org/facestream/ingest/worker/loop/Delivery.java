package org.facestream.ingest.worker.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.ingest.worker.health.Pulse;
import org.facestream.ingest.worker.kafka.Refusal;

/**
 * Publishes the results of a batch. Refused results do not block it: their record becomes a dead
 * letter, if necessary without content, and the rest is published. Only for the loop's thread.
 */
final class Delivery {
  private final FaultIsolation isolation;
  private final DeadLetters deadLetters;
  private final Publisher publisher;
  private final GroupMember member;
  private final Pulse pulse;

  /**
   * A record to publish.
   *
   * @param origin the record that it results from
   */
  record Part(ProducerRecord<String, byte[]> record, ConsumerRecord<String, byte[]> origin) {}

  Delivery(
      FaultIsolation isolation,
      DeadLetters deadLetters,
      Publisher publisher,
      GroupMember member,
      Pulse pulse) {
    this.isolation = isolation;
    this.deadLetters = deadLetters;
    this.publisher = publisher;
    this.member = member;
    this.pulse = pulse;
  }

  /**
   * Publishes results and commits offsets, both or neither.
   *
   * @param batch the batch that they result from
   */
  void deliver(
      List<ConsumerRecord<String, byte[]>> batch,
      List<ProducerRecord<String, byte[]>> results,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      publish(results, offsets);
    } catch (RefusedException refused) {
      // Processing the records one by one shows which one causes it.
      publishApart(isolation.apart(batch), offsets);
    }
  }

  private void publishApart(List<Part> parts, Map<TopicPartition, OffsetAndMetadata> offsets) {
    List<Part> left = parts;
    while (true) {
      try {
        publish(left.stream().map(Part::record).toList(), offsets);
        return;
      } catch (RefusedException refused) {
        // Each step makes the output smaller, so this ends.
        left = replaced(left, refused.refused());
      }
    }
  }

  private List<Part> replaced(List<Part> parts, Map<Integer, Refusal> refused) {
    List<Part> replaced = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Refusal why = refused.get(i);
      if (why == null) {
        replaced.add(part);
      } else {
        instead(part, why).ifPresent(letter -> replaced.add(new Part(letter, part.origin())));
      }
    }
    return replaced;
  }

  private Optional<ProducerRecord<String, byte[]>> instead(Part part, Refusal why) {
    if (!deadLetters.isOne(part.record())) {
      return Optional.of(deadLetters.instead(part.record(), part.origin(), why));
    }
    if (part.record().value() != null) {
      return Optional.of(deadLetters.withoutContent(part.record(), part.origin(), why));
    }
    deadLetters.lost(part.origin(), why);
    return Optional.empty();
  }

  private void publish(
      List<ProducerRecord<String, byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (records.isEmpty()) {
      pulse.waiting(() -> member.commit(offsets));
    } else {
      pulse.waiting(() -> publisher.publish(records, offsets, member.metadata()));
    }
  }
}
