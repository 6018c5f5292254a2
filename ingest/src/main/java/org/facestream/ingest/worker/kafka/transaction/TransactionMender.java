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
 * Ends hanging transactions while a worker runs: a broker can be killed, or stand still, at any
 * time. Its thread looks every few seconds, which costs a request or two.
 */
public final class TransactionMender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionMender.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** Longer than any transaction of ours lasts unless something stands still. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** Failed looks in a row: a broker that starts anew is away for a few. */
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
            .description("Transactions that hung after a broker was killed and were ended")
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
          "hanging transactions cannot be looked for ({}): allow this user to describe topics, to"
              + " read __transaction_state and cluster actions, or run `facestream doctor --services"
              + " --mend` as one who may when a stage stalls",
          forbidden.getMessage());
    }
  }

  private void look() {
    try {
      for (HangingTransaction hanging : transactions.mend(PAUSE)) {
        mended.increment();
        log.warn("ended what hung: {}", hanging);
      }
      failures = 0;
    } catch (AuthorizationException
        | UnsupportedVersionException
        | InterruptException
        | Error ending) {
      throw ending;
    } catch (RuntimeException away) {
      // Whatever it is, the broker's name included, may be gone the next time.
      failures++;
      if (failures == WORTH_A_LINE) {
        log.warn("hanging transactions cannot be looked for now", away);
      } else {
        log.debug("hanging transactions are looked for later", away);
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
