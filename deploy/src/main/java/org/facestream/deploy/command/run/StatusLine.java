package org.facestream.deploy.command.run;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.worker.Telemetry;

/** How fast each stage goes, from the counters that Prometheus reads too. One thread uses it. */
public final class StatusLine {
  /** Reasons that are no loss: hardly a face, a worse one than others of its track, or known. */
  private static final Set<String> HELD_BACK =
      Set.of("not-best-shot", "unconfirmed-track", "low-score", "duplicate");

  private final MeterRegistry registry;
  private final Map<StageKind, Double> before = new EnumMap<>(StageKind.class);
  private final CameraStates cameras;
  private long beforeNanos;

  public StatusLine(Telemetry telemetry) {
    this.registry = telemetry.registry();
    this.cameras = new CameraStates(telemetry);
    for (StageKind kind : StageKind.PIPELINE) {
      before.put(kind, done(kind));
    }
    beforeNanos = System.nanoTime();
  }

  /** One line about the time since the last. */
  public String next() {
    long now = System.nanoTime();
    double seconds = Math.max(0.001, (now - beforeNanos) / 1e9);
    beforeNanos = now;
    StringBuilder line = new StringBuilder();
    line.append(cameras.live()).append(" live · ");
    for (StageKind kind : StageKind.PIPELINE) {
      double done = done(kind);
      double rate = (done - before.put(kind, done)) / seconds;
      line.append(String.format(Locale.ROOT, "%s %.1f/s · ", kind, rate));
    }
    double lag =
        registry.find("facestream.consumer.lag").gauges().stream().mapToDouble(Gauge::value).sum();
    line.append(
        String.format(
            Locale.ROOT,
            "waiting %.0f · held back %s · lost %s",
            lag,
            dropped(HELD_BACK::contains),
            dropped(reason -> !HELD_BACK.contains(reason))));
    return line.toString();
  }

  /** How many records, and for which reasons. */
  private String dropped(Predicate<String> meant) {
    Map<String, Double> reasons = new TreeMap<>();
    for (Counter counter : registry.find("facestream.dropped").counters()) {
      String reason = counter.getId().getTag("reason");
      if (counter.count() > 0 && meant.test(reason)) {
        reasons.merge(reason, counter.count(), Double::sum);
      }
    }
    if (reasons.isEmpty()) {
      return "0";
    }
    return reasons.entrySet().stream()
        .map(one -> String.format(Locale.ROOT, "%.0f %s", one.getValue(), one.getKey()))
        .collect(Collectors.joining(", "));
  }

  /** Frames published by ingest; of the others, records taken in. */
  private double done(StageKind kind) {
    String counter = kind == StageKind.ingest ? "facestream.records.out" : "facestream.records.in";
    return registry.find(counter).tag("stage", kind.name()).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }
}
