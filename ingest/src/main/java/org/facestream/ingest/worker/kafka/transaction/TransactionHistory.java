package org.facestream.ingest.worker.kafka.transaction;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.transaction.HangingTransaction.Outcome;

/**
 * The coordinators' records of every producer's transactions: the topic {@code
 * __transaction_state}. It is compacted, so old decisions may be missing; those of the last hours
 * exist, because compaction does not change the newest segment.
 */
final class TransactionHistory {
  /** From this version on, a producer's epoch grows with the decision about each transaction. */
  private static final int EPOCH_GROWS = 2;

  private static final int ID_AT = 4;

  private record Written(long producerId, short epoch, TopicPartition partition) {}

  /**
   * The last record of a producer.
   *
   * @param partitions of the current transaction
   * @param decided about it or, when it is complete, about the last one
   */
  private record Current(
      String transactionalId,
      TransactionState state,
      Set<TopicPartition> partitions,
      Set<TopicPartition> decided) {}

  private final Map<Long, Current> current = new HashMap<>();
  private final Map<Written, Outcome> decisions = new HashMap<>();

  private TransactionHistory() {}

  /**
   * Reads the topic to its end.
   *
   * @throws org.apache.kafka.common.KafkaException when the broker does not answer, or forbids it
   */
  static TransactionHistory read(KafkaClients clients) {
    TransactionHistory history = new TransactionHistory();
    try (TopicLog log =
        new TopicLog(clients, List.of(Topic.TRANSACTION_STATE_TOPIC_NAME), Map.of())) {
      log.readToEnd(history::take);
    }
    return history;
  }

  private void take(ConsumerRecord<String, byte[]> written) {
    if (written.value() == null) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(written.value());
    short version = bytes.getShort();
    if (version < TransactionLogValue.LOWEST_SUPPORTED_VERSION
        || version > TransactionLogValue.HIGHEST_SUPPORTED_VERSION) {
      // Without knowing which transactions are alive, none may be ended.
      throw new UnsupportedVersionException(
          "the broker writes its transaction log in version " + version);
    }
    // The key is a version and a length, of two bytes each, and the id.
    String key = written.key();
    take(
        key.substring(Math.min(ID_AT, key.length())),
        new TransactionLogValue(new ByteBufferAccessor(bytes), version));
  }

  private void take(String transactionalId, TransactionLogValue value) {
    TransactionState state = TransactionState.fromId(value.transactionStatus());
    Current before = current.get(value.producerId());
    Outcome outcome =
        switch (state) {
          case PREPARE_COMMIT, COMPLETE_COMMIT -> Outcome.COMMIT;
          case PREPARE_ABORT, COMPLETE_ABORT -> Outcome.ABORT;
          case EMPTY, ONGOING, DEAD, PREPARE_EPOCH_FENCE -> null;
        };
    Set<TopicPartition> partitions = partitions(value);
    if (outcome != null) {
      boolean grew = value.clientTransactionVersion() >= EPOCH_GROWS;
      short epoch = (short) (value.producerEpoch() - (grew ? 1 : 0));
      // The record of a complete transaction has no partitions; they are in the record before.
      Set<TopicPartition> decided =
          partitions.isEmpty() && before != null ? before.decided() : partitions;
      decided.forEach(each -> decisions.put(new Written(value.producerId(), epoch, each), outcome));
      current.put(value.producerId(), new Current(transactionalId, state, partitions, decided));
    } else {
      current.put(value.producerId(), new Current(transactionalId, state, partitions, partitions));
    }
  }

  private static Set<TopicPartition> partitions(TransactionLogValue value) {
    if (value.transactionPartitions() == null) {
      return Set.of();
    }
    Set<TopicPartition> all = new HashSet<>();
    value
        .transactionPartitions()
        .forEach(
            topic ->
                topic
                    .partitionIds()
                    .forEach(number -> all.add(new TopicPartition(topic.topic(), number))));
    return all;
  }

  /** Whether a producer or its coordinator may still end it. */
  boolean isAlive(OpenTransaction open) {
    Current now = current.get(open.producerId());
    return now != null
        && now.partitions().contains(open.partition())
        && Stream.of(
                TransactionState.ONGOING,
                TransactionState.PREPARE_COMMIT,
                TransactionState.PREPARE_ABORT,
                TransactionState.PREPARE_EPOCH_FENCE)
            .anyMatch(state -> state == now.state());
  }

  /** The record of its producer; empty when it does not exist any more. */
  Optional<String> transactionalId(OpenTransaction open) {
    return Optional.ofNullable(current.get(open.producerId())).map(Current::transactionalId);
  }

  Outcome outcome(OpenTransaction open) {
    return decisions.getOrDefault(
        new Written(open.producerId(), open.epoch(), open.partition()), Outcome.UNKNOWN);
  }
}
