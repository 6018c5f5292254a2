package org.facestream.deploy.cameras;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.IngestStage;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;

/** A broker, an ingest worker, and somebody who writes down what it publishes. */
final class IngestSite implements AutoCloseable {
  private final Closing closing = new Closing();
  private final Path folder;
  private final Telemetry telemetry = closing.add(new Telemetry());
  private final KafkaClients clients;
  private final CameraRegistry registry;
  private final IngestStage stage;
  private final Observations observations;
  private EmbeddedKafka kafka;

  /**
   * @param settings of the worker, beyond those of this site
   */
  IngestSite(Path folder, Map<String, String> settings) {
    this.folder = folder;
    kafka = new EmbeddedKafka(folder, 0);
    closing.add(() -> kafka.close());
    Map<String, String> all = new TreeMap<>(settings);
    all.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    all.put("kafka.partitions", "4");
    all.put("worker.id", "worker");
    Settings known =
        Settings.load(
            List.of(KafkaConfig.class, WorkerConfig.class, IngestConfig.class),
            Optional.empty(),
            Map.of(),
            all);
    clients = new KafkaClients(known.get(KafkaConfig.class));
    registry = new CameraRegistry(clients);
    registry.apply(List.of(), false);
    stage =
        closing.add(
            new IngestStage(
                known.get(IngestConfig.class), known.get(WorkerConfig.class), clients, telemetry));
    stage.start();
    // It is ready two seconds later; cameras are run before that.
    observations = closing.add(new Observations(clients));
  }

  KafkaClients clients() {
    return clients;
  }

  CameraRegistry registry() {
    return registry;
  }

  IngestStage stage() {
    return stage;
  }

  Telemetry telemetry() {
    return telemetry;
  }

  Observations observations() {
    return observations;
  }

  void add(String id, String url) {
    registry.add(Camera.of(id, url));
  }

  /** What a camera is doing, by the worker's metrics; null when it does not know it. */
  CameraState state(String camera) {
    return List.of(CameraState.values()).stream()
        .filter(state -> gauge(camera, state) == 1)
        .findFirst()
        .orElse(null);
  }

  private double gauge(String camera, CameraState state) {
    var gauge =
        telemetry
            .registry()
            .find("facestream.camera.state")
            .tags("camera", camera, "state", state.label())
            .gauge();
    return gauge == null ? 0 : gauge.value();
  }

  void await(String camera, CameraState state, Duration longest) {
    await(camera, state, state, longest);
  }

  /** Until it is in one of both states. */
  void await(String camera, CameraState one, CameraState other, Duration longest) {
    Awaitility.await(camera + " is " + one.label())
        .atMost(longest)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> state(camera) == one || state(camera) == other);
  }

  /** Until the status topic has told that a camera was in that state. */
  void awaitReport(String camera, CameraState state, Duration longest) {
    Awaitility.await(camera + " is told to be " + state.label())
        .atMost(longest)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !observations.reports(camera, state).isEmpty());
  }

  /** The sum of a counter of one camera over all its other labels. */
  double count(String counter, String camera) {
    return telemetry.registry().find(counter).tag("camera", camera).counters().stream()
        .mapToDouble(each -> each.count())
        .sum();
  }

  /** The counter of one camera with that reason. */
  double count(String counter, String camera, String reason) {
    return telemetry
        .registry()
        .find(counter)
        .tags("camera", camera, "reason", reason)
        .counters()
        .stream()
        .mapToDouble(each -> each.count())
        .sum();
  }

  void stopBroker() {
    kafka.close();
  }

  /** On the same port and data. */
  void startBroker() {
    kafka = new EmbeddedKafka(folder, kafka.port());
  }

  @Override
  public void close() {
    closing.close();
  }
}
