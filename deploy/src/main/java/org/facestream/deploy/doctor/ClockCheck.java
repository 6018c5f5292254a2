package org.facestream.deploy.doctor;

import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;

/**
 * Measures the difference between this machine's clock and Kafka's. The leader of the controllers
 * returns its current time with the state of the quorum, so nothing must be written.
 */
public final class ClockCheck implements Check {
  /** The fastest answer is the most accurate; the first waits for connections. */
  private static final int TRIALS = 5;

  private static final long MOST_MILLIS = 500;
  private static final String OTHERWISE =
      "compare the machines' clocks yourself, they must agree within 0.5 s";

  private final KafkaConfig config;
  private final Clock clock;

  public ClockCheck(KafkaConfig config) {
    this(config, Clock.systemUTC());
  }

  /**
   * @param clock of this machine
   */
  ClockCheck(KafkaConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * An answer.
   *
   * @param ahead milliseconds that this machine's clock is ahead of Kafka's, give or take:
   * @param doubt half of the time that the answer took
   */
  private record Difference(long ahead, long doubt) {}

  @Override
  public String subject() {
    return "clock against Kafka's";
  }

  @Override
  public Result run() {
    try (Admin admin = new KafkaClients(config).admin()) {
      Optional<Difference> best = Optional.empty();
      for (int trial = 0; trial < TRIALS; trial++) {
        Optional<Difference> found = ask(admin);
        if (found.isPresent() && (best.isEmpty() || found.get().doubt() < best.get().doubt())) {
          best = found;
        }
      }
      return best.map(ClockCheck::judge)
          .orElseGet(() -> new Note("Kafka does not report its time: " + OTHERWISE));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Bad("interrupted");
    } catch (ExecutionException | TimeoutException refused) {
      // An older Kafka, missing rights, or no Kafka, which another check reports.
      return new Note("Kafka does not report its time: " + OTHERWISE);
    } catch (UserError refused) {
      return new Bad(String.valueOf(refused.getMessage()));
    } catch (RuntimeException refused) {
      return new Bad(
          refused.getMessage() + ": check kafka.bootstrap-servers and kafka.client-properties");
    }
  }

  private Optional<Difference> ask(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    long before = clock.millis();
    QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get(10, TimeUnit.SECONDS);
    long after = clock.millis();
    OptionalLong there =
        quorum.voters().stream()
            .filter(voter -> voter.replicaId() == quorum.leaderId())
            .findFirst()
            .map(QuorumInfo.ReplicaState::lastCaughtUpTimestamp)
            .orElse(OptionalLong.empty());
    long doubt = (after - before + 1) / 2;
    return there.isEmpty()
        ? Optional.empty()
        : Optional.of(new Difference(before + doubt - there.getAsLong(), doubt));
  }

  private static Result judge(Difference found) {
    long apart = Math.abs(found.ahead());
    if (apart - found.doubt() > MOST_MILLIS) {
      return new Bad(
          String.format(
                  Locale.ROOT,
                  "this machine's is %.1f s %s: set both by NTP. Frames are skipped by their age, so workers'",
                  apart / 1e3,
                  found.ahead() > 0 ? "ahead" : "behind")
              + " clocks must agree within 0.5 s");
    }
    long most = apart + found.doubt();
    return most > MOST_MILLIS
        ? new Note(
            String.format(
                Locale.ROOT, "at most %d ms apart, but Kafka answers slowly: try again", most))
        : new Good(String.format(Locale.ROOT, "at most %d ms apart", most));
  }
}
