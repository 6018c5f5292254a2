package org.facestream.ingest.publish;

import io.micrometer.core.instrument.Counter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.facestream.ingest.worker.Telemetry;
import org.jspecify.annotations.Nullable;

/**
 * Counts of one camera's pictures and of what happened to them, in total and over the last seconds.
 * The counts are those of the meters, which persist when a camera is removed and added again. Any
 * thread counts; one thread samples and reads.
 */
public final class CameraCounts {
  private static final int PICTURES = 0;
  private static final int FRAMES = 1;
  private static final int BYTES = 2;
  private static final int LOSSES = 3;

  /** A meter and its earlier value. */
  private record Tally(Counter counter, double before) {
    Tally(Counter counter) {
      this(counter, counter.count());
    }

    long count() {
      return Math.round(counter.count() - before);
    }
  }

  private final Tally in;
  private final Tally out;
  private final Tally heldBack;
  private final Tally bytes;
  private final Map<FrameLoss, Tally> losses = new EnumMap<>(FrameLoss.class);
  private final Counter decodeErrors;
  private final RateWindow rates = new RateWindow();

  public CameraCounts(String camera, Telemetry telemetry) {
    in = new Tally(telemetry.in("ingest", camera));
    out = new Tally(telemetry.out("ingest", camera));
    heldBack = new Tally(still(camera, telemetry));
    bytes =
        new Tally(
            Counter.builder("facestream.camera.bytes")
                .description("Bytes of a camera's video, as received")
                .tags("camera", camera)
                .register(telemetry.registry()));
    for (FrameLoss loss : FrameLoss.values()) {
      losses.put(loss, new Tally(telemetry.dropped("ingest", camera, loss.label())));
    }
    decodeErrors =
        Counter.builder("facestream.camera.decode.errors")
            .description("Damaged packets and pictures of a camera, skipped")
            .tags("camera", camera)
            .register(telemetry.registry());
  }

  /** Frames that the camera's motion gate held back. */
  public static Counter still(String camera, Telemetry telemetry) {
    return Counter.builder("facestream.held.back")
        .description("Frames that were held back because nothing moved")
        .tags("stage", "ingest", "camera", camera, "reason", "still")
        .register(telemetry.registry());
  }

  /** A picture came. */
  public void picture() {
    in.counter().increment();
  }

  public void lost(FrameLoss why) {
    tally(why).counter().increment();
  }

  private Tally tally(FrameLoss loss) {
    return Objects.requireNonNull(losses.get(loss), "each loss has a meter");
  }

  public void bytes(long more) {
    bytes.counter().increment(more);
  }

  public void decodeErrors(long more) {
    decodeErrors.increment(more);
  }

  /** Samples the counts for the rates; call it more often than once per second. */
  public void sample(long nanos) {
    double[] counts = new double[LOSSES + losses.size()];
    counts[PICTURES] = in.counter().count();
    counts[FRAMES] = out.counter().count();
    counts[BYTES] = bytes.counter().count();
    losses.forEach((loss, tally) -> counts[LOSSES + loss.ordinal()] = tally.counter().count());
    rates.sample(nanos, counts);
  }

  public long in() {
    return in.count();
  }

  public long out() {
    return out.count();
  }

  public long heldBack() {
    return heldBack.count();
  }

  public long bytes() {
    return bytes.count();
  }

  /** Dropped pictures by reason; reasons without any are omitted. */
  public Map<String, Long> dropped() {
    return byReason(loss -> tally(loss).count());
  }

  public @Nullable Double inPerSecond() {
    return rounded(rates.perSecond(PICTURES));
  }

  public @Nullable Double outPerSecond() {
    return rounded(rates.perSecond(FRAMES));
  }

  public @Nullable Double bytesPerSecond() {
    return rates.perSecond(BYTES);
  }

  /** The same over the last seconds. */
  public Map<String, Double> droppedPerSecond() {
    return byReason(loss -> rounded(rates.perSecond(LOSSES + loss.ordinal())));
  }

  private static <N extends Number> Map<String, N> byReason(
      Function<FrameLoss, @Nullable N> count) {
    Map<String, N> counts = new TreeMap<>();
    for (FrameLoss loss : FrameLoss.values()) {
      N number = count.apply(loss);
      if (number != null && number.doubleValue() > 0) {
        counts.put(loss.label(), number);
      }
    }
    return counts;
  }

  public static @Nullable Double rounded(@Nullable Double rate) {
    return rate == null ? null : Math.round(100 * rate) / 100.0;
  }
}
