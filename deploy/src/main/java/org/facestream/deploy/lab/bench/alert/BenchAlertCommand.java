package org.facestream.deploy.lab.bench.alert;

import java.util.Locale;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.lab.bench.meter.TemporaryFolder;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "alert",
    header = "Measure the time from an identity event to a webhook.",
    description = {
      "",
      "Runs a broker, PostgreSQL, a sink and a web server in this process, and publishes events of",
      "people who each raise an alert. Measures from the moment before an event is sent to Kafka until",
      "the web server has the request. A second outlet is dead all the time."
    },
    sortOptions = false)
public final class BenchAlertCommand extends Subcommand {
  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Events to measure. Default: ${DEFAULT-VALUE}")
  private int events;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "50",
      description = "Events per second. Default: ${DEFAULT-VALUE}")
  private int rate;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() throws Exception {
    if (events < 100 || events > 1_000_000) {
      throw new UserError("--events must be 100 to 1000000.");
    }
    if (rate < 1 || rate > 1_000) {
      throw new UserError("--rate must be 1 to 1000.");
    }
    try (TemporaryFolder folder = new TemporaryFolder(null)) {
      AlertBench.Result result = new AlertBench(events, rate, folder.path()).run();
      if (json) {
        out().println(Json.text(result));
      } else {
        out()
            .printf(
                Locale.ROOT,
                "%d events at %d/s: p50 %.1f ms, p99 %.1f ms, worst %.1f ms; %d delivered twice%n",
                result.events(),
                result.rate(),
                result.p50(),
                result.p99(),
                result.worst(),
                result.twice());
      }
      return 0;
    }
  }
}
