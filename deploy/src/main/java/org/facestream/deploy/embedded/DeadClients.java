package org.facestream.deploy.embedded;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.transaction.HangingTransaction;
import org.facestream.ingest.worker.kafka.transaction.HangingTransactions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes group members and aborts transactions of a killed process at its broker. Without this,
 * their partitions are blocked until the sessions time out, and readers are blocked until the
 * transactions time out. Live members of these groups join again.
 */
public final class DeadClients {
  private static final Logger log = LoggerFactory.getLogger(DeadClients.class);
  private static final long SECONDS = 20;

  /** Nothing is alive that could end a transaction, except a coordinator that is about to. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private DeadClients() {}

  /**
   * Call before any client of this process joins a group. What does not succeed is logged.
   *
   * @param groups names of the stages' consumer groups, without the prefix
   */
  public static void end(KafkaClients clients, List<String> groups) {
    String prefix = clients.config().topicPrefix() + ".";
    try (Admin admin = clients.admin()) {
      awaitLeaders(admin);
      leave(admin, groups.stream().map(prefix::concat).toList());
      abort(admin, prefix);
    } catch (ExecutionException | TimeoutException | KafkaException failed) {
      log.warn(
          "memberships and transactions of the killed process could not be ended; they "
              + "time out",
          failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      for (HangingTransaction hanging : new HangingTransactions(clients).mend(PAUSE)) {
        log.warn("ended the hanging transaction {}", hanging);
      }
    } catch (KafkaException failed) {
      log.warn("cannot check for hanging transactions now; trying again later", failed);
    }
  }

  /** A broker answers before it leads anything, and knows of no group and no transaction then. */
  private static void awaitLeaders(Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> internal =
        new HashSet<>(answer(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()));
    internal.retainAll(Set.of(Topic.GROUP_METADATA_TOPIC_NAME, Topic.TRANSACTION_STATE_TOPIC_NAME));
    Map<TopicPartition, OffsetSpec> every = new HashMap<>();
    answer(admin.describeTopics(internal).allTopicNames())
        .values()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .forEach(
                        each ->
                            every.put(
                                new TopicPartition(topic.name(), each.partition()),
                                OffsetSpec.latest())));
    answer(admin.listOffsets(every).all());
  }

  private static void leave(Admin admin, List<String> groups)
      throws InterruptedException, TimeoutException {
    Map<String, KafkaFuture<Void>> left = new HashMap<>();
    for (String group : groups) {
      left.put(
          group,
          admin
              .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
              .all());
    }
    for (Map.Entry<String, KafkaFuture<Void>> entry : left.entrySet()) {
      try {
        answer(entry.getValue());
      } catch (ExecutionException refused) {
        // Nobody was ever in it.
        log.debug("the members of {} could not be removed", entry.getKey(), refused);
      }
    }
  }

  private static void abort(Admin admin, String prefix)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> ongoing =
        answer(
                admin
                    .listTransactions(
                        new ListTransactionsOptions()
                            .filterStates(Set.of(TransactionState.ONGOING)))
                    .all())
            .stream()
            .map(TransactionListing::transactionalId)
            .filter(id -> id.startsWith(prefix))
            .toList();
    if (!ongoing.isEmpty()) {
      answer(admin.fenceProducers(ongoing).all());
      log.info("aborted transactions of the killed process: {}", ongoing);
    }
  }

  private static <T> T answer(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }
}
