package org.facestream.deploy.lab.bench.meter;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a benchmark of whole stages works, and how it tells what it found. */
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
