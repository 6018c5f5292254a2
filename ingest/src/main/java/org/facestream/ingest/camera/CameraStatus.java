package org.facestream.ingest.camera;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.facestream.ingest.worker.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one camera, for logs and metrics. It outlives the runners of the camera, so that a
 * change of settings does not lose its meters; only the runner that claimed it last may move it.
 */
final class CameraStatus implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraStatus.class);

  private final String camera;
  private final MeterRegistry registry;
  private final Counter in;
  private final Counter decodeErrors;
  private final List<Gauge> gauges = new ArrayList<>();
  private Object owner;
  private CameraState state = CameraState.OFF;
  private volatile long lastPicture;

  CameraStatus(String camera, Telemetry telemetry) {
    this.camera = camera;
    this.registry = telemetry.registry();
    this.in = telemetry.in("ingest", camera);
    this.decodeErrors =
        Counter.builder("facestream.camera.decode.errors")
            .description("Damaged packets and pictures of a camera, skipped")
            .tags("camera", camera)
            .register(registry);
    for (CameraState each : CameraState.values()) {
      gauges.add(
          Gauge.builder("facestream.camera.state", this, status -> status.is(each) ? 1 : 0)
              .description("1 for the state that a camera is in, 0 for the others")
              .tags("camera", camera, "state", each.label())
              .register(registry));
    }
  }

  synchronized void claim(Object runner) {
    owner = runner;
    state = CameraState.OFF;
  }

  synchronized boolean is(CameraState asked) {
    return state == asked;
  }

  synchronized CameraState state() {
    return state;
  }

  /** Moves on, when the runner still owns this and is in another state. */
  synchronized void move(Object runner, CameraState next, String why) {
    if (runner != owner || state == next) {
      return;
    }
    if (!state.mayBecome(next)) {
      throw new IllegalStateException(camera + ": " + state + " cannot become " + next);
    }
    if (next == CameraState.BACKOFF) {
      log.warn("camera {}: {} -> {}: {}", camera, state.label(), next.label(), why);
    } else {
      log.info("camera {}: {} -> {}: {}", camera, state.label(), next.label(), why);
    }
    state = next;
    Counter.builder("facestream.camera.transitions")
        .description("Changes of a camera's state, by the state that it came to")
        .tags("camera", camera, "state", next.label())
        .register(registry)
        .increment();
  }

  /** A picture came. */
  void picture(Object runner) {
    lastPicture = System.nanoTime();
    in.increment();
    if (!is(CameraState.LIVE)) {
      move(runner, CameraState.LIVE, "pictures come");
    }
  }

  void decodeErrors(long more) {
    decodeErrors.increment(more);
  }

  /** The source was closed for that reason and will be opened again. */
  void failed(Object runner, Fault fault, String detail) {
    Counter.builder("facestream.camera.reconnects")
        .description("Times that a camera had to be opened again, by reason")
        .tags("camera", camera, "reason", fault.label())
        .register(registry)
        .increment();
    move(runner, CameraState.BACKOFF, detail);
  }

  /** Called now and then by the supervisor: the camera's own thread cannot see that it waits. */
  synchronized void watch(Duration stallAfter) {
    if (state == CameraState.LIVE && System.nanoTime() - lastPicture > stallAfter.toNanos()) {
      move(owner, CameraState.STALLED, "no picture for " + stallAfter.toMillis() + " ms");
    }
  }

  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }
}
