package org.facestream.deploy.command;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.facestream.deploy.process.Shutdown;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;

/**
 * Checks whether a broker answers before other requests, because Kafka's clients wait silently,
 * each with other timeouts.
 */
public final class BrokerWait {
  /** After this time, the wait is reported. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  /** Longer than our own timeout. */
  private static final Duration SPARE = Duration.ofSeconds(10);

  private static final Duration LOOK = Duration.ofMillis(100);

  private BrokerWait() {}

  /**
   * Returns as soon as a broker answers.
   *
   * @param longest to wait for it
   * @param advice what to do when none does
   * @param say receives a message when it takes a while
   * @throws UserError when none does, or it refuses this client
   */
  public static void await(
      KafkaClients clients, Duration longest, String advice, Consumer<String> say) {
    Admin admin = clients.admin();
    try {
      await(admin, clients, longest, advice, say);
    } finally {
      // What still waits for an answer is not waited for.
      admin.close(Duration.ZERO);
    }
  }

  private static void await(
      Admin admin, KafkaClients clients, Duration longest, String advice, Consumer<String> say) {
    Future<String> answer =
        admin
            .describeCluster(
                new DescribeClusterOptions().timeoutMs((int) longest.plus(SPARE).toMillis()))
            .clusterId();
    String where = clients.config().bootstrapServers();
    long begun = System.nanoTime();
    boolean told = false;
    while (true) {
      try {
        answer.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException notYet) {
        Shutdown.ofProcess().refuseWhenRequested();
        long waited = System.nanoTime() - begun;
        if (!told && waited > QUIET.toNanos() && longest.compareTo(QUIET) > 0) {
          told = true;
          say.accept(
              String.format(
                  Locale.ROOT,
                  "Waiting for Kafka at %s, %d s at most ...",
                  where,
                  longest.toSeconds()));
        }
        if (waited > longest.toNanos()) {
          throw silent(where, longest, advice, notYet);
        }
      } catch (ExecutionException failed) {
        if (failed.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
          throw silent(where, longest, advice, failed);
        }
        throw clients.unusable(Objects.requireNonNull(failed.getCause(), "what failed at Kafka"));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new UserError("Interrupted while waiting for Kafka at " + where + ".", interrupted);
      }
    }
  }

  private static UserError silent(String where, Duration longest, String advice, Exception cause) {
    return new UserError(
        String.format(
            Locale.ROOT,
            "Kafka at %s has not answered for %d s: %s.",
            where,
            longest.toSeconds(),
            advice),
        cause);
  }
}
