package org.facestream.ingest.worker.kafka.transaction;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends hanging transactions while a worker runs, because a broker can be killed or suspended at any
 * time. Its thread checks every few seconds, with one or two requests.
 */
public final class TransactionMender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionMender.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Longer than the pipeline's transactions last, unless something is stalled. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** Failed checks in a row, because a restarting broker is unavailable for a few. */
  private static final int WORTH_A_LINE = 12;

  private final HangingTransactions transactions;
  private final Counter mended;
  private final CountDownLatch closed = new CountDownLatch(1);
  private int failures;
  private final Thread thread = new Thread(this::run, "transaction-mender");

  public TransactionMender(KafkaClients clients, Telemetry telemetry) {
    this.transactions = new HangingTransactions(clients);
    this.mended =
        Counter.builder("facestream.transactions.mended")
            .description("Hanging transactions that were ended")
            .register(telemetry.registry());
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException | InterruptException interrupted) {
      Thread.currentThread().interrupt();
    } catch (AuthorizationException | UnsupportedVersionException forbidden) {
      log.warn(
          "cannot check for hanging transactions ({}): allow this user to describe "
              + "topics, to read __transaction_state and cluster actions, or run `facestream "
              + "doctor --services --mend` as a user with these rights when a stage stalls",
          forbidden.getMessage());
    }
  }

  private void look() {
    try {
      for (HangingTransaction hanging : transactions.mend(PAUSE)) {
        mended.increment();
        log.warn("ended the hanging transaction {}", hanging);
      }
      failures = 0;
    } catch (AuthorizationException
        | UnsupportedVersionException
        | InterruptException
        | Error ending) {
      throw ending;
    } catch (RuntimeException away) {
      // Any failure, even an unknown host, may be temporary.
      failures++;
      if (failures == WORTH_A_LINE) {
        log.warn("cannot check for hanging transactions now", away);
      } else {
        log.debug("cannot check for hanging transactions now; trying again later", away);
      }
    }
  }

  /** Ends the thread. */
  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
