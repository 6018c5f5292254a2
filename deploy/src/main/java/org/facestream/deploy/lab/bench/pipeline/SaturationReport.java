package org.facestream.deploy.lab.bench.pipeline;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.facestream.deploy.lab.bench.meter.OtherProcesses;
import org.jspecify.annotations.Nullable;

/**
 * How many cameras a machine carries.
 *
 * @param p99Bound milliseconds from capture to event that 99 of 100 may take
 * @param lostBound share of frames that may be lost
 * @param steps every trial, in the order in which they were made
 * @param carried the most cameras within the bounds; 0 when one was too many
 * @param unlimited whether no more cameras were tried although those were carried
 * @param growth of the pipeline's cores with the number of cameras, over the trials within the
 *     bounds; null when those are too few
 * @param atSeventyPercent a longer window with 70 % of that; null when nothing was carried
 */
record SaturationReport(
    double p99Bound,
    double lostBound,
    List<Step> steps,
    int carried,
    boolean unlimited,
    @Nullable Growth growth,
    @Nullable WindowReport atSeventyPercent) {

  /**
   * One trial.
   *
   * @param late whether events came too late, or none came
   * @param lost whether too many frames were lost
   */
  record Step(WindowReport window, boolean late, boolean lost) {
    boolean good() {
      return !late && !lost;
    }

    private String verdict() {
      if (good()) {
        return "";
      }
      return "too many: "
          + (late ? "late" : "")
          + (late && lost ? ", " : "")
          + (lost ? "lost" : "");
    }
  }

  static String head() {
    return String.format(
        Locale.ROOT,
        "%7s %9s %9s %7s %7s %7s %7s %7s %8s %9s",
        "cameras",
        "frames/s",
        "looked at",
        "lost %",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "events",
        "cores",
        "simulator");
  }

  static String line(Step step) {
    WindowReport window = step.window();
    Latency event = window.captureToEvent();
    return String.format(
            Locale.ROOT,
            "%7d %9.1f %9.1f %7.2f %7s %7s %7s %7d %8.3f %9.3f  %s",
            window.cameras(),
            window.framesWanted(),
            window.framesLookedAt(),
            100 * window.lostShare(),
            number(event.p50()),
            number(event.p95()),
            number(event.p99()),
            event.count(),
            window.cores(),
            window.simulationCores(),
            step.verdict())
        .stripTrailing();
  }

  /** What it comes to, in a few lines. */
  String verdict(String kind) {
    StringBuilder text = new StringBuilder();
    disturbed(text);
    if (carried == 0) {
      add(
          text,
          "No trial with %s met the bounds: 99 %% of events within %.0f ms and at most "
              + "%.1f %% lost.",
          kind,
          p99Bound,
          100 * lostBound);
      return text.toString();
    }
    add(
        text,
        "%s %d %s: 99 %% of events within %.0f ms, at most %.1f %% lost.",
        unlimited ? "At least" : "Up to",
        carried,
        kind,
        p99Bound,
        100 * lostBound);
    WindowReport calm =
        Objects.requireNonNull(atSeventyPercent, "measured when something was carried");
    Latency event = calm.captureToEvent();
    add(
        text,
        "At 70 %% of that, %d cameras: p50 %s ms, p95 %s ms, p99 %s ms from capture to event.",
        calm.cameras(),
        number(event.p50()),
        number(event.p95()),
        number(event.p99()));
    if (growth != null) {
      add(
          text,
          "Cores: %.3f without cameras and %.4f for each camera; every trial is within "
              + "%.0f %% of that line.",
          growth.atNone(),
          growth.perCamera(),
          100 * growth.deviation());
    }
    return text.toString();
  }

  private void disturbed(StringBuilder text) {
    List<WindowReport> disturbed =
        steps.stream().map(Step::window).filter(WindowReport::disturbed).toList();
    disturbed.stream()
        .map(WindowReport::otherProcesses)
        .max(Comparator.comparingDouble(OtherProcesses::cores))
        .ifPresent(
            most ->
                add(
                    text,
                    "In %d of %d trials: %s",
                    disturbed.size(),
                    steps.size(),
                    most.warning()));
  }

  private static String number(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.0f", value);
  }

  private static void add(StringBuilder text, String line, Object... values) {
    text.append(String.format(Locale.ROOT, line, values)).append(System.lineSeparator());
  }
}
