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
 * Measures the age of each camera's youngest frame when the detector takes it, over some seconds.
 * While no frames wait, that age is the time through Kafka plus the difference between the two
 * machines' clocks. A clock that is ahead of the ingest workers' makes every frame too old, which
 * looks like overload; with a clock that is behind, no frame is ever too old. For one thread,
 * except for the gauges.
 */
final class FrameAges implements AutoCloseable {
  /** Longer than the delay of a rebalance or a pausing broker. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** The allowed difference of clocks, as in {@code deploy/docs/operations.md}. */
  private static final Duration TOLERANCE = Duration.ofMillis(500);

  private static final Duration TOLD = Duration.ofMinutes(10);

  /** Fewer frames than this are ignored; a motion gate sends six of a still scene in that time. */
  private static final int TELLING = 3;

  private static final int NAMED = 3;

  /** The gauges show nothing after this time without a turn. */
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
                "Age of a camera's youngest frame of ten seconds when the detector took it, "
                    + "while it was not behind; negative for a frame from the future")
            .tags("stage", DetectorProcessor.STAGE)
            .baseUnit("seconds")
            .register(telemetry.registry());
  }

  /**
   * Number of frames that wait after the next ones; while some wait, ages are not related to
   * clocks.
   */
  void waiting(long frames) {
    behind = frames > 0;
  }

  /**
   * Records a frame.
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
   * @return a line for the log, from time to time, while clocks seem to differ
   */
  Optional<String> turn(Instant now) {
    if (now.isBefore(begun)) {
      // The first turn, or the clock was set back and ages were measured by two clocks.
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
                        + " old although no frame waits, and frames older than detector.max-age are "
                        + "dropped: this machine's clock is ahead of the ingest worker's, or that worker is "
                        + "overloaded"));
    apart(age -> age.compareTo(TOLERANCE.negated()) < 0)
        .ifPresent(
            those ->
                causes.add(
                    "the youngest frame of "
                        + those
                        + " old, so it is from the future, and late frames are not recognised as late: "
                        + "this machine's clock is behind the ingest worker's"));
    return causes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.join("; ", causes)
                + ". Synchronise the clocks by NTP; `facestream doctor --services` reports the "
                + "difference.");
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
            ? String.format(Locale.ROOT, ", and the same for %d more,", names.size() - NAMED)
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
