package org.facestream.deploy.doctor;

import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;

/** Whether the configured Kafka answers. */
public final class BrokerCheck implements Check {
  private final KafkaConfig config;

  public BrokerCheck(KafkaConfig config) {
    this.config = config;
  }

  @Override
  public String subject() {
    return "Kafka at " + config.bootstrapServers();
  }

  @Override
  public Result run() {
    try (Admin admin = new KafkaClients(config).admin()) {
      int brokers = admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).size();
      return brokers >= config.replication()
          ? new Good(brokers == 1 ? "1 broker" : brokers + " brokers")
          : new Bad(
              String.format(
                  Locale.ROOT,
                  "%d brokers, but kafka.replication is %d: lower it, or start more brokers",
                  brokers,
                  config.replication()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Bad("interrupted");
    } catch (ExecutionException | TimeoutException silent) {
      return new Bad("does not answer: start it, or set kafka.bootstrap-servers");
    } catch (UserError refused) {
      return new Bad(String.valueOf(refused.getMessage()));
    } catch (RuntimeException refused) {
      return new Bad(
          refused.getMessage() + ": check kafka.bootstrap-servers and kafka.client-properties");
    }
  }
}
