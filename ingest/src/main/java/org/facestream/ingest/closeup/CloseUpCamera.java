package org.facestream.ingest.closeup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.facestream.ingest.frame.CloseUpRequest;
import org.facestream.ingest.frame.CloseUpTrust;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.worker.Telemetry;

/**
 * What the close-ups of one camera need: its two streams' last seconds, how they lie in time, and
 * who waits.
 */
final class CloseUpCamera implements AutoCloseable {
  /** So many may wait; faces of one frame come together. */
  private static final int MOST_WAITING = 16;

  private final Camera camera;
  private final MainStream stream;
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
   * @param everywhere whether it was looked for where it should be, in vain
   */
  record Waiting(CloseUpRequest request, long since, boolean everywhere) {}

  CloseUpCamera(Camera camera, MainStream stream, RecentFrames frames, Telemetry telemetry) {
    this.camera = camera;
    this.stream = stream;
    this.frames = frames;
    this.telemetry = telemetry;
    this.masks = camera.masks();
    gauges.add(
        Gauge.builder("facestream.close.ups.connected", () -> stream.connected() ? 1 : 0)
            .description("1 while a camera's stream of larger pictures comes")
            .tags("camera", camera.id())
            .register(telemetry.registry()));
    gauges.add(
        Gauge.builder("facestream.close.ups.kept.bytes", () -> stream.ring().bytes())
            .description("Bytes of a camera's stream of larger pictures that are kept")
            .tags("camera", camera.id())
            .register(telemetry.registry()));
    gauges.add(
        Gauge.builder("facestream.close.ups.lag", () -> shownLag / 1e3)
            .baseUnit("seconds")
            .description("How much later a camera's larger pictures come than its frames")
            .tags("camera", camera.id())
            .register(telemetry.registry()));
  }

  Camera camera() {
    return camera;
  }

  MainStream stream() {
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

  /** Those who wait, the oldest first. */
  Deque<Waiting> waiting() {
    return waiting;
  }

  /** What is blacked out now. */
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

  /** Has it looked for once more, now at every time. */
  void awaitAgain(CloseUpRequest request) {
    waiting.addFirst(new Waiting(request, System.nanoTime(), true));
  }

  /** Shows in the metrics what was learned. */
  void show() {
    shownLag = lag.expected();
    long now = stream.ring().lost();
    Counter.builder("facestream.close.ups.lost.packets")
        .description("Packets of a camera's stream of larger pictures for which there was no room")
        .tags("camera", camera.id())
        .register(telemetry.registry())
        .increment(now - lost);
    lost = now;
  }

  void count(String outcome) {
    Counter.builder("facestream.close.ups")
        .description("Requests for close-ups, by what became of them")
        .tags("stage", "ingest", "camera", camera.id(), "outcome", outcome)
        .register(telemetry.registry())
        .increment();
  }

  @Override
  public void close() {
    gauges.forEach(telemetry.registry()::remove);
  }
}
