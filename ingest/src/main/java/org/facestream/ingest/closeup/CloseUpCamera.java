package org.facestream.ingest.closeup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.CloseUpTrust;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.worker.Telemetry;

/**
 * The state of one camera's close-ups: the last seconds of its two streams, their lag, and waiting
 * requests.
 */
final class CloseUpCamera implements AutoCloseable {
  /** Maximum number of waiting requests; faces of one frame arrive together. */
  private static final int MOST_WAITING = 16;

  /** A track's first faces arrive within this time and share one decoding. */
  private static final long GATHERING_NANOS = Duration.ofMillis(400).toNanos();

  /** A request that has waited for this time is answered with the pictures at hand. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(3).toNanos();

  /** Each may hold a picture: twelve megabytes of a 4K stream. */
  private static final int MOST_TOGETHER = 8;

  /** Requests that are farther apart do not share a decoding. */
  private static final long TOGETHER_MILLIS = 1_500;

  private final Camera camera;
  private final LargerStream stream;
  private final RecentFrames frames;
  private final Telemetry telemetry;
  private final StreamLag lag = new StreamLag();
  private final CloseUpTrust trust = new CloseUpTrust();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final List<Meter> gauges = new ArrayList<>();
  private volatile List<Polygon> masks;
  private volatile long shownLag;
  private long lost;

  /**
   * A request.
   *
   * @param since {@link System#nanoTime} when it came
   * @param everywhere whether the search at the expected time failed
   */
  record Waiting(CloseUpRequest request, long since, boolean everywhere) {}

  CloseUpCamera(Camera camera, LargerStream stream, RecentFrames frames, Telemetry telemetry) {
    this.camera = camera;
    this.stream = stream;
    this.frames = frames;
    this.telemetry = telemetry;
    this.masks = camera.masks();
    gauges.add(
        Gauge.builder("facestream.close.ups.connected", () -> stream.connected() ? 1 : 0)
            .description("1 while a camera's larger stream is received")
            .tags("camera", camera.id())
            .register(telemetry.registry()));
    gauges.add(
        Gauge.builder("facestream.close.ups.kept.bytes", () -> stream.ring().bytes())
            .description("Bytes of a camera's larger stream that are kept")
            .tags("camera", camera.id())
            .register(telemetry.registry()));
    gauges.add(
        Gauge.builder("facestream.close.ups.lag", () -> shownLag / 1e3)
            .baseUnit("seconds")
            .description("How much later a camera's larger pictures arrive than its frames")
            .tags("camera", camera.id())
            .register(telemetry.registry()));
  }

  Camera camera() {
    return camera;
  }

  LargerStream stream() {
    return stream;
  }

  RecentFrames frames() {
    return frames;
  }

  StreamLag lag() {
    return lag;
  }

  CloseUpTrust trust() {
    return trust;
  }

  /**
   * Removes and returns the requests whose pictures are available: the oldest and those near it.
   */
  List<Waiting> ripe() {
    List<Waiting> ripe = new ArrayList<>();
    Waiting first = waiting.peekFirst();
    long now = System.nanoTime();
    if (first == null || now - first.since() < GATHERING_NANOS) {
      return ripe;
    }
    long there = stream.ring().newest() - lag.expected();
    long together = first.request().captureTime().toEpochMilli() + TOGETHER_MILLIS;
    Iterator<Waiting> each = waiting.iterator();
    while (each.hasNext() && ripe.size() < MOST_TOGETHER) {
      Waiting next = each.next();
      long captured = next.request().captureTime().toEpochMilli();
      boolean patient = now - next.since() < PATIENCE_NANOS;
      long needed = captured + lag.reach(next.everywhere());
      if (captured <= together && (needed <= there || !patient)) {
        ripe.add(next);
        each.remove();
      }
    }
    return ripe;
  }

  /** The current masks. */
  List<Polygon> masks() {
    return masks;
  }

  void masks(List<Polygon> present) {
    masks = present;
  }

  void await(CloseUpRequest request) {
    if (waiting.size() >= MOST_WAITING) {
      count("too-many");
    } else {
      waiting.add(new Waiting(request, System.nanoTime(), false));
    }
  }

  /** Repeats the search, now at every time. */
  void awaitAgain(CloseUpRequest request) {
    waiting.addFirst(new Waiting(request, System.nanoTime(), true));
  }

  /** Publishes the lag in the metrics. */
  void show() {
    shownLag = lag.expected();
    long now = stream.ring().lost();
    Counter.builder("facestream.close.ups.lost.packets")
        .description("Packets of a camera's larger stream for which there was no room")
        .tags("camera", camera.id())
        .register(telemetry.registry())
        .increment(now - lost);
    lost = now;
  }

  void count(String outcome) {
    Counter.builder("facestream.close.ups")
        .description("Requests for close-ups, by outcome")
        .tags("stage", "ingest", "camera", camera.id(), "outcome", outcome)
        .register(telemetry.registry())
        .increment();
  }

  @Override
  public void close() {
    gauges.forEach(telemetry.registry()::remove);
  }
}
