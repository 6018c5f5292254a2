package org.facestream.detector;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.Telemetry;

/**
 * How old each camera's youngest frame is when a detector takes it, over some seconds: what is left
 * of an age when nothing waits is the way through Kafka, and how far the clocks of two machines are
 * apart. A clock that is ahead of those of the ingest workers makes every frame too old, which
 * looks like overload; one that is behind makes none so. For one thread, but for the gauges.
 */
final class FrameAges implements AutoCloseable {
  /** Longer than what a rebalance, or a broker that pauses, holds back. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** How much clocks may differ, by {@code deploy/docs/operations.md}. */
  private static final Duration TOLERANCE = Duration.ofMillis(500);

  private static final Duration TOLD = Duration.ofMinutes(10);

  /** Fewer frames than this say nothing; a motion gate sends six in that time of a still scene. */
  private static final int TELLING = 3;

  private static final int NAMED = 3;

  /** Without a turn for so long there is nothing to show. */
  private static final long SHOWN_NANOS = Duration.ofMinutes(1).toNanos();

  private final Duration maxAge;
  private final LongSupplier ticker;
  private final MultiGauge gauge;
  private final Map<String, Youngest> cameras = new TreeMap<>();
  private Instant begun = Instant.MAX;
  private Instant quietUntil = Instant.MIN;
  private boolean behind;

  private static final class Youngest {
    private Duration age = Duration.ofDays(365);
    private int frames;
  }

  /**
   * @param maxAge frames older than this are dropped
   */
  FrameAges(Duration maxAge, Telemetry telemetry) {
    this(maxAge, telemetry, System::nanoTime);
  }

  /**
   * @param ticker nanoseconds, as {@link System#nanoTime}
   */
  FrameAges(Duration maxAge, Telemetry telemetry, LongSupplier ticker) {
    this.maxAge = maxAge;
    this.ticker = ticker;
    this.gauge =
        MultiGauge.builder("facestream.frame.age")
            .description(
                "Age of a camera's youngest frame of ten seconds when a detector that was not"
                    + " behind took it; below zero it lies in the future")
            .tags("stage", DetectorProcessor.STAGE)
            .baseUnit("seconds")
            .register(telemetry.registry());
  }

  /**
   * How many frames wait behind those that come next; while some do, ages say nothing of clocks.
   */
  void waiting(long frames) {
    behind = frames > 0;
  }

  /**
   * A frame is taken.
   *
   * @param camera as a label
   */
  void took(String camera, Instant captured, Instant now) {
    if (behind) {
      return;
    }
    Youngest youngest = cameras.computeIfAbsent(camera, id -> new Youngest());
    Duration age = Duration.between(captured, now);
    youngest.frames++;
    if (age.compareTo(youngest.age) < 0) {
      youngest.age = age;
    }
  }

  /**
   * Called with each turn.
   *
   * @return a line for the log, now and then, while clocks seem to differ
   */
  Optional<String> turn(Instant now) {
    if (now.isBefore(begun)) {
      // The first turn; or the clock was set back, and ages were measured by two clocks.
      begun = now;
      cameras.clear();
      return Optional.empty();
    }
    if (now.isBefore(begun.plus(WINDOW))) {
      return Optional.empty();
    }
    gauge.register(
        cameras.entrySet().stream()
            .map(
                each ->
                    Row.of(Tags.of("camera", each.getKey()), shown(seconds(each.getValue().age))))
            .collect(Collectors.toList()),
        true);
    Optional<String> warning = now.isBefore(quietUntil) ? Optional.empty() : warning();
    if (warning.isPresent()) {
      quietUntil = now.plus(TOLD);
    }
    begun = now;
    cameras.clear();
    return warning;
  }

  private Supplier<Number> shown(double age) {
    long since = ticker.getAsLong();
    return () -> ticker.getAsLong() - since > SHOWN_NANOS ? Double.NaN : age;
  }

  private Optional<String> warning() {
    List<String> causes = new ArrayList<>();
    apart(age -> age.compareTo(maxAge) > 0)
        .ifPresent(
            those ->
                causes.add(
                    "the youngest frame of "
                        + those
                        + " old although none waits, and all older than detector.max-age are"
                        + " dropped: this machine's clock is ahead of that of their ingest worker,"
                        + " or that one is overloaded"));
    apart(age -> age.compareTo(TOLERANCE.negated()) < 0)
        .ifPresent(
            those ->
                causes.add(
                    "the youngest frame of "
                        + those
                        + " old, so it lies in the future, and late ones are not seen to be late:"
                        + " this machine's clock is behind that of their ingest worker"));
    return causes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.join("; ", causes)
                + ". Set the clocks by NTP; `facestream doctor --services` tells how far one is"
                + " off.");
  }

  private Optional<String> apart(Predicate<Duration> suspect) {
    List<String> names = new ArrayList<>();
    cameras.forEach(
        (camera, youngest) -> {
          if (youngest.frames >= TELLING && suspect.test(youngest.age)) {
            names.add(String.format(Locale.ROOT, "'%s' is %.1f s", camera, seconds(youngest.age)));
          }
        });
    if (names.isEmpty()) {
      return Optional.empty();
    }
    String more =
        names.size() > NAMED
            ? String.format(Locale.ROOT, ", and so with %d more,", names.size() - NAMED)
            : "";
    return Optional.of(names.stream().limit(NAMED).collect(Collectors.joining(", of ")) + more);
  }

  private static double seconds(Duration age) {
    return age.toMillis() / 1e3;
  }

  @Override
  public void close() {
    gauge.register(List.of(), true);
  }
}
