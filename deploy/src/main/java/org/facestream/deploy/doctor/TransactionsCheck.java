package org.facestream.deploy.doctor;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.ingest.worker.kafka.transaction.HangingTransaction;
import org.facestream.ingest.worker.kafka.transaction.HangingTransactions;

/** Whether a transaction hangs in the pipeline's topics, behind which nobody reads. */
public final class TransactionsCheck implements Check.Mendable {
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final KafkaConfig config;

  public TransactionsCheck(KafkaConfig config) {
    this.config = config;
  }

  @Override
  public String subject() {
    return "transactions";
  }

  @Override
  public Result run() {
    return result(
        transactions -> {
          List<HangingTransaction> found = transactions.find(PAUSE);
          return found.isEmpty()
              ? new Good("none hangs")
              : new Bad(
                  "%s\n    Stages cannot read beyond it. A running stage ends it within seconds;"
                          .formatted(text(found))
                      + " `facestream doctor --mend` ends it now");
        });
  }

  @Override
  public Result mend() {
    return result(
        transactions -> {
          List<HangingTransaction> ended = transactions.mend(PAUSE);
          return new Good(ended.isEmpty() ? "none hangs" : "ended: " + text(ended));
        });
  }

  private static String text(List<HangingTransaction> transactions) {
    return transactions.stream()
        .map(HangingTransaction::toString)
        .collect(Collectors.joining("\n    "));
  }

  private Result result(Function<HangingTransactions, Result> work) {
    try {
      return work.apply(new HangingTransactions(new KafkaClients(config)));
    } catch (KafkaException failed) {
      return new Bad(
          ("cannot be listed (%s): start Kafka, or allow this user to describe topics, to "
                      + "read")
                  .formatted(failed.getMessage())
              + " __transaction_state, and cluster actions");
    } catch (UserError refused) {
      return new Bad(String.valueOf(refused.getMessage()));
    }
  }
}
