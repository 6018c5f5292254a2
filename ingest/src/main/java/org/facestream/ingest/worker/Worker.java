package org.facestream.ingest.worker;

import io.micrometer.core.instrument.Gauge;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process: its stages, metrics and endpoint. Stages start in the order in which they were added
 * and close in the reverse order, the endpoint last of all.
 */
public final class Worker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  private final Closing closing = new Closing();
  private final List<Stage> stages = new CopyOnWriteArrayList<>();
  private final Telemetry telemetry;
  private final Endpoint endpoint;

  /** Opens metrics and endpoint; no stage is ready yet. */
  public Worker(WorkerConfig config) {
    telemetry = closing.add(new Telemetry());
    endpoint = closing.add(new Endpoint(config, telemetry, () -> stages));
  }

  public Telemetry telemetry() {
    return telemetry;
  }

  public int httpPort() {
    return endpoint.port();
  }

  public List<Stage> stages() {
    return List.copyOf(stages);
  }

  /** Starts a stage and registers it for closing. */
  public void start(Stage stage) {
    start(List.of(stage));
  }

  /**
   * Starts stages in parallel, because each waits for the broker and its models most of the time.
   * Registers them for closing, and returns when all are started.
   *
   * @throws RuntimeException of the first stage that failed, with those of the others suppressed
   */
  public void start(List<Stage> starting) {
    for (Stage stage : starting) {
      closing.add(stage);
      stages.add(stage);
      Gauge.builder("facestream.ready", stage, known -> known.health().ready() ? 1 : 0)
          .description("Whether a stage is ready, as in /readyz: 1 or 0")
          .tags("stage", stage.name())
          .register(telemetry.registry());
    }
    Together.run(
        starting,
        stage -> "start-" + stage.name(),
        stage -> {
          stage.start();
          log.info("{} started", stage.name());
        });
  }

  /** The stage that failed and ended, with the reason; empty while all run. */
  public Optional<String> failure() {
    return stages.stream()
        .flatMap(stage -> stage.failure().map(why -> stage.name() + " ended: " + why).stream())
        .findFirst();
  }

  /** The name of this worker, as configured or from host and process. */
  public static String id(WorkerConfig config) {
    return config
        .id()
        .orElseGet(
            () -> {
              String host;
              try {
                host = InetAddress.getLocalHost().getHostName();
              } catch (UnknownHostException unnamed) {
                host = "localhost";
              }
              return host + "-" + ProcessHandle.current().pid();
            });
  }

  @Override
  public void close() {
    closing.close();
  }
}
