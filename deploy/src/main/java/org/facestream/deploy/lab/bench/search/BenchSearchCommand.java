package org.facestream.deploy.lab.bench.search;

import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.lab.bench.meter.BenchOutput;
import org.facestream.deploy.lab.bench.meter.TemporaryFolder;
import org.facestream.ingest.worker.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "search",
    header = "Measure how fast stored faces are searched.",
    description = {
      "",
      "Writes an index of made-up faces, opens it, searches, and compares every result with a plain",
      "comparison in double precision. Reports the time to write a face, to open the index and to",
      "search, the bytes per face, and the recall, which must be 1. A million faces of 512 values need",
      "2.6 GB on the disk."
    },
    sortOptions = false)
public final class BenchSearchCommand extends Subcommand {
  @Option(
      names = "--faces",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Faces in the index. Default: ${DEFAULT-VALUE}")
  private int faces;

  @Option(
      names = "--values",
      paramLabel = "N",
      defaultValue = "512",
      description = "Values of a descriptor. Default: ${DEFAULT-VALUE}")
  private int values;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "Faces that a search is asked for. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(
      names = "--searches",
      paramLabel = "N",
      defaultValue = "9",
      description = "Searches that are measured. Default: ${DEFAULT-VALUE}")
  private int searches;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of a search. Default: as many as the machine has")
  private Integer threads;

  @Mixin private BenchOutput output;

  @Override
  protected int execute() throws Exception {
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    try (TemporaryFolder folder = new TemporaryFolder(output.data())) {
      SearchBench bench =
          new SearchBench(faces, values, limit, searches, count, folder.path().resolve("index"));
      SearchBench.Result result = bench.run();
      out().print(output.json() ? Json.text(result) + System.lineSeparator() : bench.text(result));
      return result.recall() == 1 ? 0 : Complaints.FAILURE;
    }
  }
}
