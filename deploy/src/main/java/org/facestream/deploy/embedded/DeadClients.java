package org.facestream.deploy.embedded;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.transaction.HangingTransaction;
import org.facestream.ingest.worker.kafka.transaction.HangingTransactions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends at once what the clients of a killed process still hold at its broker: without this, nobody
 * gets their partitions until their sessions are over, and nobody reads past their transactions
 * until these time out. Whoever is alive and belongs to one of these groups joins it again.
 */
public final class DeadClients {
  private static final Logger log = LoggerFactory.getLogger(DeadClients.class);
  private static final long SECONDS = 20;

  /** Nothing is alive that could end a transaction, except a coordinator that is about to. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private DeadClients() {}

  /** Call before any client of this process joins a group. What does not succeed is logged. */
  public static void end(KafkaClients clients) {
    String prefix = clients.config().topicPrefix() + ".";
    try (Admin admin = clients.admin()) {
      abort(admin, prefix);
      leave(admin, prefix);
    } catch (ExecutionException | TimeoutException | KafkaException failed) {
      log.warn("what the killed process held at the broker ends by itself, later", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      for (HangingTransaction hanging : new HangingTransactions(clients).mend(PAUSE)) {
        log.warn("ended what hung: {}", hanging);
      }
    } catch (KafkaException failed) {
      log.warn("hanging transactions are looked for again later", failed);
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
      log.info("aborted what the killed process had begun: {}", ongoing);
    }
  }

  private static void leave(Admin admin, String prefix)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> groups =
        answer(admin.listGroups().all()).stream()
            .map(GroupListing::groupId)
            .filter(group -> group.startsWith(prefix))
            .toList();
    Map<String, KafkaFuture<Void>> left = new HashMap<>();
    for (String group : groups) {
      left.put(
          group,
          admin
              .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
              .all());
    }
    for (var entry : left.entrySet()) {
      try {
        answer(entry.getValue());
      } catch (ExecutionException refused) {
        // Not a group of this kind, or nobody is in it.
        log.debug("the members of {} are not removed", entry.getKey(), refused);
      }
    }
  }

  private static <T> T answer(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }
}
