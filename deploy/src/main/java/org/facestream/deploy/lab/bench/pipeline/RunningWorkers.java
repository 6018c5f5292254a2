package org.facestream.deploy.lab.bench.pipeline;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.facestream.deploy.lab.bench.meter.BrokerTraffic;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.jspecify.annotations.Nullable;

/** Workers that run elsewhere, on a Kafka of the user's; they are measured by what they publish. */
final class RunningWorkers implements Pipeline {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KafkaClients clients;
  private final List<URI> metrics;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final CpuMeter cpu = new CpuMeter(OptionalLong.empty());

  /**
   * @param metrics where each worker is scraped
   * @throws UserError when one does not answer
   */
  RunningWorkers(Settings settings, List<URI> metrics) {
    this.clients = new KafkaClients(settings.get(KafkaConfig.class));
    this.metrics = List.copyOf(metrics);
    scrape();
  }

  @Override
  public KafkaClients clients() {
    return clients;
  }

  @Override
  public @Nullable Settings settings() {
    return null;
  }

  @Override
  public Scrape scrape() {
    Scrape all = new Scrape(Map.of());
    for (URI address : metrics) {
      all = all.plus(scrape(address));
    }
    return all;
  }

  private Scrape scrape(URI address) {
    try {
      HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE).build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "%s answers with status %d: give the address of a worker's /metrics.",
                address,
                answer.statusCode()));
      }
      return Scrape.parse(answer.body());
    } catch (IOException failed) {
      throw new UserError(
          "The worker's metrics at %s cannot be read: is it running, and is this its address?"
              .formatted(address),
          failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while reading metrics.", interrupted);
    }
  }

  @Override
  public CpuMeter cpu() {
    return cpu;
  }

  @Override
  public Map<String, BrokerTraffic.Bytes> traffic() {
    return Map.of();
  }

  @Override
  public String notReady() {
    double ready = scrape().sum("facestream_ready", series -> true);
    return ready > 0 ? "" : "no stage of the given workers is ready";
  }

  @Override
  public void close() {
    // Nothing here outlives a request.
  }
}
