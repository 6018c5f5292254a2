package org.facestream.ingest.fleet;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.facestream.ingest.publish.CameraCounts;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraReportBuilder;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.worker.Telemetry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one camera, for logs, metrics and the status topic. It exists longer than the
 * runners of the camera, so that a change of settings does not lose its meters; only the runner
 * that claimed it last may change it.
 */
final class CameraStatus implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraStatus.class);

  /** An unchanged status is reported again at this interval, with current rates. */
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** After a change, rates are not known yet; they are reported later. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long BEHIND_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** The reason of a live camera that loses pictures because this worker is slow. */
  private static final String BEHIND = "behind";

  /** What a camera's video is. */
  private record Video(String codec, int width, int height) {}

  private final String camera;
  private final MeterRegistry registry;
  private final CameraCounts counts;
  private final List<Gauge> gauges = new ArrayList<>();
  private @Nullable Object owner;
  private CameraState state = CameraState.OFF;
  private Instant since = Instant.now();
  private @Nullable String reason;
  private @Nullable Long epoch;
  private @Nullable Video video;
  private @Nullable Gauge videoGauge;
  private boolean changed;
  private boolean behind;
  private @Nullable Long behindTold;
  private long nextTold = System.nanoTime();
  private long lastPicture;

  CameraStatus(String camera, Telemetry telemetry) {
    this.camera = camera;
    this.registry = telemetry.registry();
    this.counts = new CameraCounts(camera, telemetry);
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

  /** A session begins, whose frames have that epoch. */
  synchronized void begin(Object runner, long number) {
    if (runner == owner) {
      epoch = number;
      behind = false;
    }
  }

  synchronized boolean is(CameraState asked) {
    return state == asked;
  }

  synchronized CameraState state() {
    return state;
  }

  /**
   * Changes the state, if the runner still owns this and the state differs.
   *
   * @param word one of a small fixed set, or null
   * @param why for people, without secrets
   */
  synchronized void move(Object runner, CameraState next, @Nullable String word, String why) {
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
    since = Instant.now();
    reason = word;
    changed = true;
    Counter.builder("facestream.camera.transitions")
        .description("Changes of a camera's state, by the new state")
        .tags("camera", camera, "state", next.label())
        .register(registry)
        .increment();
  }

  /**
   * A picture arrived. Pictures of a former runner do not count, because they would hide that the
   * current one waits.
   */
  synchronized void picture(Object runner) {
    if (runner != owner) {
      return;
    }
    lastPicture = System.nanoTime();
    counts.picture();
    if (state != CameraState.LIVE) {
      move(runner, CameraState.LIVE, null, "pictures come");
    }
  }

  /** Whether pictures are skipped because reading is behind; a change is logged. */
  synchronized void behind(Object runner, boolean now) {
    if (runner != owner || now == behind) {
      return;
    }
    behind = now;
    changed = true;
    long time = System.nanoTime();
    // It tries again and again, but its failure is logged once.
    if (now && (behindTold == null || time - behindTold > BEHIND_AGAIN_NANOS)) {
      behindTold = time;
      log.warn("camera {}: this machine cannot decode it in time; pictures are skipped", camera);
    } else {
      log.debug("camera {}: {}", camera, now ? "behind" : "read in time again");
    }
  }

  /** What the video is, whenever that may have changed. */
  void video(Object runner, String codec, int width, int height) {
    Video present = new Video(codec, width, height);
    synchronized (this) {
      if (runner != owner || present.equals(video)) {
        return;
      }
      video = present;
      changed = true;
      removeVideoGauge();
      videoGauge =
          Gauge.builder("facestream.camera.video", () -> 1)
              .description("1 for the codec and size of a camera's video")
              .tags("camera", camera, "codec", codec, "size", width + "x" + height)
              .register(registry);
    }
  }

  private void removeVideoGauge() {
    if (videoGauge != null) {
      registry.remove(videoGauge);
    }
  }

  /** The counts, if the runner still owns this. */
  synchronized void count(Object runner, Consumer<CameraCounts> what) {
    if (runner == owner) {
      what.accept(counts);
    }
  }

  /** The source was closed for that reason and will be opened again. */
  synchronized void failed(Object runner, Fault fault, String detail) {
    if (runner != owner) {
      return;
    }
    Counter.builder("facestream.camera.reconnects")
        .description("Times that a camera had to be opened again, by reason")
        .tags("camera", camera, "reason", fault.label())
        .register(registry)
        .increment();
    move(runner, CameraState.BACKOFF, fault.label(), detail);
  }

  /**
   * Called several times per second by the supervisor: the camera's own thread cannot notice that
   * it waits.
   */
  synchronized void watch(Duration stallAfter) {
    long now = System.nanoTime();
    counts.sample(now);
    if (owner != null && state == CameraState.LIVE && now - lastPicture > stallAfter.toNanos()) {
      move(
          owner,
          CameraState.STALLED,
          "no-picture",
          "no picture for " + stallAfter.toMillis() + " ms");
    }
  }

  /**
   * Reports the state when it has changed, again three seconds later, and then every ten seconds.
   */
  synchronized void tell(StatusPublisher publisher) {
    long now = System.nanoTime();
    if ((changed || now - nextTold >= 0) && publisher.publish(report(publisher.worker()))) {
      nextTold = now + (changed ? SETTLED_NANOS : AGAIN_NANOS);
      changed = false;
    }
  }

  /** The camera no longer runs here, even if its runner has not ended yet. */
  synchronized CameraReport off(String worker, String why) {
    return report(worker, CameraState.OFF, Instant.now(), why);
  }

  /** The current report. */
  synchronized CameraReport report(String worker) {
    return report(worker, state, since, reason);
  }

  private CameraReport report(
      String worker, CameraState shown, Instant from, @Nullable String why) {
    Video seen = shown == CameraState.OFF ? null : video;
    Double bytesPerSecond = counts.bytesPerSecond();
    return CameraReportBuilder.builder()
        .camera(camera)
        .state(shown)
        .since(from)
        .reason(shown == CameraState.LIVE && behind ? BEHIND : why)
        .fpsIn(counts.inPerSecond())
        .fpsOut(counts.outPerSecond())
        .codec(seen == null ? null : seen.codec())
        .width(seen == null ? null : seen.width())
        .height(seen == null ? null : seen.height())
        .bitsPerSecond(bytesPerSecond == null ? null : Math.round(8 * bytesPerSecond))
        .worker(worker)
        .epoch(epoch)
        .framesIn(counts.in())
        .framesOut(counts.out())
        .framesHeldBack(counts.heldBack())
        .framesDropped(counts.dropped())
        .droppedPerSecond(counts.droppedPerSecond())
        .bytesIn(counts.bytes())
        .at(Instant.now())
        .build();
  }

  @Override
  public synchronized void close() {
    gauges.forEach(registry::remove);
    removeVideoGauge();
  }
}
