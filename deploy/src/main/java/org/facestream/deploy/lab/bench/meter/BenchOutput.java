package org.facestream.deploy.lab.bench.meter;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of the temporary folder and the output of benchmarks. */
public final class BenchOutput {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Create the temporary folder in this folder.")
  private Path data;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  /** Where the temporary folder is made, or null for the system's place. */
  public Path data() {
    return data;
  }

  public boolean json() {
    return json;
  }
}
