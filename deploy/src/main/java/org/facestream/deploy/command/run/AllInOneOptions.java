package org.facestream.deploy.command.run;

import java.time.Duration;
import java.util.Optional;
import org.facestream.deploy.allinone.AllInOne;
import org.facestream.deploy.embedded.LoopbackPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code run} and {@code demo} share. */
public final class AllInOneOptions {
  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "19092",
      description =
          "Port of the embedded Kafka on 127.0.0.1; 0 chooses a free one. Default: "
              + "${DEFAULT-VALUE}")
  private int kafka;

  @Option(
      names = "--database-port",
      paramLabel = "PORT",
      defaultValue = "15432",
      description = "Port of the embedded PostgreSQL on 127.0.0.1. Default: ${DEFAULT-VALUE}")
  private int database;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "19090",
      description = "Port of metrics and health on 127.0.0.1. Default: ${DEFAULT-VALUE}")
  private int http;

  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      defaultValue = "18080",
      description =
          "Port of the HTTP API on 127.0.0.1; 0 chooses a free one. Default: ${DEFAULT-VALUE}")
  private int api;

  @Option(names = "--ephemeral-ports", description = "Use free ports for all four.")
  private boolean ephemeral;

  @Option(names = "--json", description = "Print each identity event as one JSON object per line.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private @Nullable Integer seconds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "End after this time; without it, run until Ctrl-C.")
  void endAfter(@Nullable Integer seconds) {
    // picocli also calls this without a value, to begin afresh.
    if (seconds != null && seconds < 1) {
      throw new ParameterException(
          command.commandLine(), "--seconds is " + seconds + "; give 1 or more");
    }
    this.seconds = seconds;
  }

  /**
   * Where to listen.
   *
   * @param yielding whether a default that is taken gives way to a free one
   */
  public AllInOne.Ports ports(boolean yielding) {
    return ephemeral
        ? AllInOne.Ports.FREE
        : new AllInOne.Ports(
            port(kafka, 19_092, yielding),
            port(database, 15_432, yielding),
            port(http, 19_090, yielding),
            port(api, 18_080, yielding));
  }

  public boolean json() {
    return json;
  }

  Optional<Duration> duration() {
    return Optional.ofNullable(seconds).map(Duration::ofSeconds);
  }

  private static int port(int wanted, int usual, boolean yielding) {
    return yielding && wanted == usual && !LoopbackPort.isFree(wanted) ? 0 : wanted;
  }
}
