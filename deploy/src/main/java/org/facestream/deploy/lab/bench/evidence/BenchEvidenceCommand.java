package org.facestream.deploy.lab.bench.evidence;

import java.time.Duration;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.lab.bench.meter.BenchOutput;
import org.facestream.deploy.lab.bench.meter.TemporaryFolder;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "evidence",
    header = "Measure how a sink stores sightings with pictures while others search.",
    description = {
      "",
      "Runs a broker, PostgreSQL and a sink in this process, and publishes sightings of real faces:",
      "five faces with descriptors and two events each. Meanwhile it searches twice a second. Reports",
      "what was stored, the delay of the last one, the cores used by each part and by nobody, the time",
      "of searches and of typical questions, and the bytes per million sightings.",
      "",
      "With --day, the sightings are spread over 24 hours and published as fast as they are stored."
    },
    sortOptions = false)
public final class BenchEvidenceCommand extends Subcommand {
  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "Events per second. Default: ${DEFAULT-VALUE}")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long they are published. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--day",
      paramLabel = "SIGHTINGS",
      defaultValue = "0",
      description = "Instead: a day of so many sightings.")
  private int day;

  @Option(
      names = "--cameras",
      paramLabel = "N",
      defaultValue = "50",
      description = "Cameras that saw them. Default: ${DEFAULT-VALUE}")
  private int cameras;

  @Mixin private BenchOutput output;

  @Override
  protected int execute() throws Exception {
    if (rate < 2 || rate > 10_000 || seconds < 1 || seconds > 3_600) {
      throw new UserError("--rate must be 2 to 10000, and --seconds 1 to 3600.");
    }
    if (day < 0 || day > 10_000_000 || cameras < 1 || cameras > 10_000) {
      throw new UserError("--day must be 1 to 10000000, and --cameras 1 to 10000.");
    }
    try (TemporaryFolder folder = new TemporaryFolder(output.data())) {
      EvidenceBench bench =
          day > 0
              ? new EvidenceBench(day, 0, Duration.ofDays(1), cameras, folder.path())
              : new EvidenceBench(
                  rate * seconds / 2, rate, Duration.ofSeconds(seconds), cameras, folder.path());
      EvidenceReport report = bench.run();
      out().print(output.json() ? Json.text(report) + System.lineSeparator() : report.text());
      return 0;
    }
  }
}
