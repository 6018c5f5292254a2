package org.facestream.deploy.command.run;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.Set;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.worker.Telemetry;

/** The states of this process's cameras, from the metrics. */
public final class CameraStates {
  private static final Set<String> RESTING = Set.of("off", "backoff");

  private final MeterRegistry registry;

  public CameraStates(Telemetry telemetry) {
    this.registry = telemetry.registry();
  }

  /** Number of cameras that send pictures now. */
  public long live() {
    return registry.find("facestream.camera.state").tag("state", "live").gauges().stream()
        .mapToDouble(Gauge::value)
        .filter(value -> value == 1)
        .count();
  }

  /** Whether a camera's pictures come, or are about to. */
  public boolean busy() {
    return registry.find("facestream.camera.state").gauges().stream()
        .filter(gauge -> !RESTING.contains(gauge.getId().getTag("state")))
        .anyMatch(gauge -> gauge.value() == 1);
  }

  /** How often a camera has failed since the process began. */
  public double failures(String camera) {
    return registry.find("facestream.camera.reconnects").tag("camera", camera).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  /** Frames that a camera has given since the process began. */
  public double frames(String camera) {
    return registry
        .find("facestream.records.out")
        .tag("stage", StageKind.ingest.name())
        .tag("camera", camera)
        .counters()
        .stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  /** What a camera failed with most often, a word; {@code no answer} when nothing is known. */
  public String fault(String camera) {
    return registry.find("facestream.camera.reconnects").tag("camera", camera).counters().stream()
        .filter(counter -> counter.count() > 0)
        .max(Comparator.comparingDouble(Counter::count))
        .map(counter -> counter.getId().getTag("reason"))
        .orElse("no answer");
  }
}
