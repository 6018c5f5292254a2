package org.facestream.ingest.worker.kafka.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.requests.TransactionResult;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds hanging transactions in the pipeline's topics and in the consumer groups' offsets, and ends
 * them as their coordinator had decided. A transaction that is alive is never ended: if it is open
 * at two checks and no coordinator manages it in between, nobody else can end it.
 *
 * <p>Every method throws a {@link KafkaException} when the broker does not answer or refuses the
 * request. One thread at a time uses it.
 */
public final class HangingTransactions {
  private static final Logger log = LoggerFactory.getLogger(HangingTransactions.class);
  private static final long SECONDS = 20;

  private final KafkaClients clients;

  public HangingTransactions(KafkaClients clients) {
    this.clients = clients;
  }

  /**
   * Checks every partition.
   *
   * @param pause between two checks; transactions that end within it are ignored
   */
  public List<HangingTransaction> find(Duration pause) {
    try (Admin admin = clients.admin()) {
      return find(admin, pause);
    }
  }

  /**
   * Finds and ends them.
   *
   * @param pause as with {@link #find}
   * @return those that were ended
   */
  public List<HangingTransaction> mend(Duration pause) {
    try (Admin admin = clients.admin()) {
      List<HangingTransaction> ended = new ArrayList<>();
      KafkaException first = null;
      for (HangingTransaction hanging : find(admin, pause)) {
        try {
          end(admin, hanging);
          ended.add(hanging);
        } catch (KafkaException failed) {
          // An unavailable partition does not affect the others.
          log.warn("not ended: {}", hanging, failed);
          first = first == null ? failed : first;
        }
      }
      if (first != null && ended.isEmpty()) {
        throw first;
      }
      return ended;
    }
  }

  private void end(Admin admin, HangingTransaction hanging) {
    boolean commit = hanging.outcome() == HangingTransaction.Outcome.COMMIT;
    TransactionMarkers.write(
        clients,
        leader(admin, hanging.partition()),
        hanging.open(),
        commit ? TransactionResult.COMMIT : TransactionResult.ABORT);
  }

  private List<HangingTransaction> find(Admin admin, Duration pause) {
    Set<OpenTransaction> lasting = open(admin, partitions(admin));
    if (lasting.isEmpty()) {
      return List.of();
    }
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
    lasting.retainAll(open(admin, partitions(lasting)));
    if (lasting.isEmpty()) {
      return List.of();
    }
    TransactionHistory history = TransactionHistory.read(clients);
    lasting.removeIf(open -> history.isAlive(open) || !isOurs(open, history));
    if (lasting.isEmpty()) {
      return List.of();
    }
    // A coordinator records the end when every partition knows it, so a transaction that is still
    // open was not ended between the check before and this reading.
    lasting.retainAll(open(admin, partitions(lasting)));
    return lasting.stream()
        .map(open -> new HangingTransaction(open, history.outcome(open)))
        .toList();
  }

  /** Offsets of other applications are ignored. */
  private boolean isOurs(OpenTransaction open, TransactionHistory history) {
    return open.partition().topic().startsWith(prefix())
        || history.transactionalId(open).filter(id -> id.startsWith(prefix())).isPresent();
  }

  private String prefix() {
    return clients.config().topicPrefix() + ".";
  }

  private static Set<TopicPartition> partitions(Set<OpenTransaction> open) {
    Set<TopicPartition> partitions = new HashSet<>();
    open.forEach(each -> partitions.add(each.partition()));
    return partitions;
  }

  /** Topics with transactions: those of the pipeline, and the groups' offsets. */
  private Set<TopicPartition> partitions(Admin admin) {
    Collection<String> names =
        answer(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()).stream()
            .filter(
                name -> name.startsWith(prefix()) || name.equals(Topic.GROUP_METADATA_TOPIC_NAME))
            .toList();
    Set<TopicPartition> partitions = new HashSet<>();
    for (TopicDescription topic : answer(admin.describeTopics(names).allTopicNames()).values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        if (partition.leader() != null) {
          partitions.add(new TopicPartition(topic.name(), partition.partition()));
        }
      }
    }
    return partitions;
  }

  private static Node leader(Admin admin, TopicPartition partition) {
    TopicDescription topic =
        answer(admin.describeTopics(List.of(partition.topic())).allTopicNames())
            .get(partition.topic());
    return Objects.requireNonNull(topic, "the broker describes it or fails").partitions().stream()
        .filter(info -> info.partition() == partition.partition())
        .map(TopicPartitionInfo::leader)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new TimeoutException(partition + " has no leader"));
  }

  private static Set<OpenTransaction> open(Admin admin, Set<TopicPartition> partitions) {
    DescribeProducersResult asked = admin.describeProducers(partitions);
    Map<TopicPartition, KafkaFuture<DescribeProducersResult.PartitionProducerState>> answers =
        new HashMap<>();
    partitions.forEach(partition -> answers.put(partition, asked.partitionResult(partition)));
    Set<OpenTransaction> open = new HashSet<>();
    List<KafkaException> passing = new ArrayList<>();
    answers.forEach(
        (partition, future) -> {
          try {
            answer(future).activeProducers().stream()
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .map(producer -> open(partition, producer))
                .forEach(open::add);
          } catch (RetriableException away) {
            passing.add(away);
          }
        });
    if (passing.size() == partitions.size() && !partitions.isEmpty()) {
      throw passing.get(0);
    }
    return open;
  }

  private static OpenTransaction open(TopicPartition partition, ProducerState producer) {
    return new OpenTransaction(
        partition,
        producer.producerId(),
        (short) producer.producerEpoch(),
        Math.max(0, producer.coordinatorEpoch().orElse(0)),
        producer.currentTransactionStartOffset().getAsLong());
  }

  private static <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof KafkaException why
          ? why
          : new KafkaException(failed.getCause());
    } catch (java.util.concurrent.TimeoutException silent) {
      throw new TimeoutException("the broker does not answer", silent);
    }
  }
}
