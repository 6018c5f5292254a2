package org.facestream.deploy.lab.bench.pipeline;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.facestream.deploy.lab.bench.meter.Memory;
import org.jspecify.annotations.Nullable;

/** A window's figures for people to read. */
final class WindowText {
  private static final Map<String, String> DONE =
      Map.of(
          "ingest", "picture is in Kafka",
          "detector", "picture is examined",
          "recognizer", "face is compared",
          "identity", "event is decided",
          "sink", "event is stored");

  private static final Map<String, String> RECORDS =
      Map.of("faces", "a face", "matches", "a match", "identities", "an identity event");

  private WindowText() {}

  static String of(WindowReport window) {
    StringBuilder text = new StringBuilder();
    if (window.disturbed()) {
      add(
          text,
          "%s",
          Objects.requireNonNull(window.otherProcesses(), "it is they who disturb").warning());
    }
    if (window.seconds() >= window.secondsAsked() + 1) {
      add(
          text,
          "The window lasted %.0f s instead of %d: it continues, for up to three times "
              + "its length, until %d events have come.",
          window.seconds(),
          window.secondsAsked(),
          Verdict.LEAST_EVENTS);
    }
    add(
        text,
        "Frames per second: %.1f wanted, %.1f published, %.1f examined; lost %.2f %%",
        window.framesWanted(),
        window.framesPublished(),
        window.framesLookedAt(),
        100 * window.lostShare());
    add(text, "");
    add(text, "Milliseconds from capture until");
    add(text, "  %-36s %7s %7s %7s %7s %7s %8s", "", "mean", "p50", "p95", "p99", "max", "count");
    for (String thing : List.of("faces", "matches", "identities")) {
      add(
          text,
          "  a reader has %-23s %s",
          RECORDS.get(thing),
          latency(Objects.requireNonNull(window.records().get(thing), "every topic is read"), ""));
    }
    for (WindowReport.OfStage stage : window.stages()) {
      add(
          text,
          "  %-36s %s",
          stage.stage() + ": " + DONE.get(stage.stage()),
          latency(stage.sinceCapture(), "<"));
    }
    add(
        text,
        "  < marks bounds of the stages' histograms; the others are single " + "measurements.");
    add(text, "");
    add(text, "%-12s %9s %9s   milliseconds of work for each", "Stage", "in/s", "out/s");
    for (WindowReport.OfStage stage : window.stages()) {
      StringBuilder parts = new StringBuilder();
      for (WindowReport.Part part : window.parts()) {
        if (part.stage().equals(stage.stage())) {
          parts.append(String.format(Locale.ROOT, "%s %.1f  ", part.part(), part.meanMs()));
        }
      }
      add(
          text,
          "%-12s %9s %9.1f   %s",
          stage.stage(),
          stage.in() == null ? "-" : String.format(Locale.ROOT, "%.1f", stage.in()),
          stage.out(),
          parts.toString().strip());
    }
    add(text, "");
    drops(text, window);
    add(text, "%-46s %7s %7s", "Processor", "cores", "share");
    for (WindowReport.Usage usage : window.cpu()) {
      if (usage.cores() >= 0.0005) {
        add(
            text,
            "  %-44s %7.3f %5.1f %%",
            usage.group().what(),
            usage.cores(),
            100 * usage.share());
      }
    }
    if (window.otherProcesses() != null) {
      add(
          text,
          "  %-44s %7.3f          of %d cores",
          window.workersCores() == null
              ? "other processes"
              : "other processes, possibly Kafka and PostgreSQL",
          window.otherProcesses().cores(),
          window.otherProcesses().of());
    }
    if (window.workersCores() != null) {
      add(text, "  %-44s %7.3f", "workers elsewhere, by their own count", window.workersCores());
    }
    add(
        text,
        "  %-44s %7.3f  (%.4f per camera)",
        window.workersCores() == null
            ? "the pipeline: no measurement, no compiler"
            : "the pipeline",
        window.cores(),
        window.cores() / window.cameras());
    add(text, "");
    if (!window.topics().isEmpty()) {
      add(text, "%-46s %9s %9s", "Through Kafka, kB per second", "in", "out");
      for (WindowReport.Traffic topic : window.topics()) {
        add(text, "  %-44s %9.1f %9.1f", topic.topic(), topic.in() / 1e3, topic.out() / 1e3);
      }
      add(text, "");
    }
    Memory memory = window.memory();
    add(
        text,
        "Memory of this process: %s, at most %s; Java's heap %d of %d MB",
        megabytes(memory.resident()),
        megabytes(memory.peak()),
        memory.heap() >> 20,
        memory.heapLimit() >> 20);
    return text.toString();
  }

  private static void drops(StringBuilder text, WindowReport window) {
    if (window.lost().stream().allMatch(WindowReport.Drop::onPurpose)) {
      add(text, "Dropped: nothing");
    }
    List<WindowReport.Drop> lossesFirst =
        window.lost().stream().sorted(Comparator.comparing(WindowReport.Drop::onPurpose)).toList();
    for (WindowReport.Drop drop : lossesFirst) {
      add(
          text,
          "%s: %d %s by %s: %s",
          drop.onPurpose() ? "Held back on purpose" : "Dropped",
          drop.count(),
          drop.reason(),
          drop.stage(),
          DropReason.words(drop.stage(), drop.reason()));
    }
    add(text, "");
  }

  private static String latency(Latency latency, String mark) {
    return String.format(
        Locale.ROOT,
        "%7s %7s %7s %7s %7s %8d",
        number(latency.mean(), ""),
        number(latency.p50(), mark),
        number(latency.p95(), mark),
        number(latency.p99(), mark),
        number(latency.max(), ""),
        latency.count());
  }

  private static String number(@Nullable Double value, String mark) {
    return value == null ? "-" : mark + String.format(Locale.ROOT, "%.0f", value);
  }

  private static String megabytes(@Nullable Long bytes) {
    return bytes == null ? "unknown" : (bytes >> 20) + " MB";
  }

  private static void add(StringBuilder text, String line, @Nullable Object... values) {
    text.append(String.format(Locale.ROOT, line, values).stripTrailing())
        .append(System.lineSeparator());
  }
}
