package org.facestream.ingest.fleet;

import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.closeup.CloseUps;
import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.source.picture.HardwareDecoding;
import org.facestream.ingest.worker.Telemetry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cameras that this worker runs. Only the assignment's thread changes it. A failure of one
 * camera, even a missing thread, is logged and counted, and does not affect the others. A camera
 * that could not be started is tried again.
 */
public final class CameraFleet implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraFleet.class);

  /** A fault that repeats ten times per second is not logged each time. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final String NO_CAMERA = "unknown";

  private final IngestConfig config;
  private final FramePublisher publisher;
  private final StatusPublisher reports;
  private final Telemetry telemetry;
  private final Optional<CloseUps> closeUps;
  private final HardwareDecoding hardware = new HardwareDecoding();
  private final Shared shared;
  private final Map<String, CameraRunner> runners = new HashMap<>();

  /**
   * Runners that are stopped but have not ended: the next runner of the same camera waits for them.
   */
  private final Map<String, CameraRunner> leaving = new HashMap<>();

  private final FailedStarts failedStarts;
  private final Map<String, CameraStatus> statuses = new HashMap<>();
  private final Map<String, Long> epochs = new ConcurrentHashMap<>();
  private @Nullable Long lastLogged;

  /** Why a camera is no longer run here. */
  enum Leaving {
    /** This worker gives the camera to another, or ends. */
    STOPPED,
    /** Another worker may run it already. */
    LOST,
    DISABLED,
    REMOVED
  }

  /** Without close-ups. */
  CameraFleet(
      IngestConfig config,
      SourceRules rules,
      FramePublisher publisher,
      StatusPublisher reports,
      Telemetry telemetry) {
    this(config, rules, publisher, reports, telemetry, Optional.empty());
  }

  /**
   * @param closeUps runs the second streams of cameras; empty without close-ups
   */
  public CameraFleet(
      IngestConfig config,
      SourceRules rules,
      FramePublisher publisher,
      StatusPublisher reports,
      Telemetry telemetry,
      Optional<CloseUps> closeUps) {
    this.config = config;
    this.publisher = publisher;
    this.reports = reports;
    this.telemetry = telemetry;
    this.shared = new Shared(config, rules, publisher, hardware, telemetry);
    this.failedStarts = new FailedStarts(config.backoffFirst(), config.backoffCap());
    this.closeUps = closeUps;
  }

  /** Initialises what all cameras share; may take seconds. */
  public void prepare() {
    VideoSource.loadLibraries();
  }

  /**
   * Applies a camera's record: starts it, or stops it when it is disabled. A running camera applies
   * a change without a restart, unless its connection changes.
   */
  void put(Camera camera) {
    if (!camera.enabled()) {
      remove(List.of(camera.id()), Leaving.DISABLED, Duration.ZERO);
      return;
    }
    try {
      run(camera);
      failedStarts.forget(camera.id());
    } catch (RuntimeException | Error failure) {
      guarded(camera.id(), () -> startFailed(camera, failure));
    }
    guarded(camera.id(), () -> closeUps.ifPresent(running -> running.put(camera)));
  }

  private void run(Camera camera) {
    CameraRunner present = runners.get(camera.id());
    if (present != null && present.follow(camera)) {
      return;
    }
    CameraRunner before = present == null ? leaving.get(camera.id()) : present;
    if (before != null) {
      before.stop();
    }
    CameraStatus status =
        statuses.computeIfAbsent(camera.id(), id -> new CameraStatus(id, telemetry));
    CameraRunner runner =
        new CameraRunner(
            camera, shared, status, () -> nextEpoch(camera.id()), Optional.ofNullable(before));
    runner.start();
    runners.put(camera.id(), runner);
    leaving.remove(camera.id());
  }

  private void startFailed(Camera camera, Throwable failure) {
    String id = camera.id();
    Duration pause = failedStarts.add(camera, System.nanoTime());
    log.error(
        "camera {} cannot be started; trying again in {} ms",
        id,
        pause.toMillis(),
        masked(failure));
    CameraRunner stopped = runners.remove(id);
    if (stopped != null) {
      leaving.put(id, stopped);
    }
    CameraStatus status = statuses.get(id);
    if (status != null) {
      status.claim(this);
      status.move(this, CameraState.CONNECTING, null, "starting");
      status.failed(this, Fault.INTERNAL, failure.getClass().getSimpleName());
    }
    fault(id);
  }

  /** Runs a task for one camera; its failure does not affect other cameras. */
  private void guarded(String id, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error failure) {
      long now = System.nanoTime();
      if (lastLogged == null || now - lastLogged > QUIET_NANOS) {
        lastLogged = now;
        log.error("camera {}: unexpected", id, masked(failure));
      }
      fault(id);
    }
  }

  private void fault(String id) {
    Counter.builder("facestream.camera.faults")
        .description("Faults of the worker itself while it started or supervised a camera")
        .tags("camera", id)
        .register(telemetry.registry())
        .increment();
  }

  /** The same without credentials. */
  private static Throwable masked(Throwable failure) {
    Throwable shown = new IllegalStateException(MaskedUrl.in(failure.toString()));
    shown.setStackTrace(failure.getStackTrace());
    return shown;
  }

  /** The epoch of a session: milliseconds since 1970, never the same twice. */
  private long nextEpoch(String camera) {
    return epochs.merge(camera, System.currentTimeMillis(), (last, now) -> Math.max(last + 1, now));
  }

  /** Stops cameras in parallel, waits up to the given time, and reports them as off. */
  void remove(Collection<String> ids, Leaving why, Duration patience) {
    closeUps.ifPresent(running -> running.remove(ids));
    List<CameraRunner> stopped = new ArrayList<>();
    for (String id : ids) {
      failedStarts.forget(id);
      CameraRunner runner = runners.remove(id);
      if (runner != null) {
        runner.stop();
        leaving.put(id, runner);
        stopped.add(runner);
      }
    }
    long deadline = System.nanoTime() + patience.toNanos();
    for (CameraRunner runner : stopped) {
      if (!patience.isZero()
          && !runner.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
        log.warn(
            "camera {} did not stop in time; it stops in the background", runner.camera().id());
      }
    }
    ids.forEach(id -> guarded(id, () -> tellOff(id, why)));
    forgetEnded();
  }

  /**
   * Reports it now, and not when the runner has ended: that could be later than the report of the
   * next worker.
   */
  private void tellOff(String id, Leaving why) {
    switch (why) {
      case REMOVED -> reports.forget(id);
      case DISABLED -> reports.publishLast(off(id, why));
      // Not retried: the next worker may have reported by then. Without one, the report expires.
      case STOPPED -> reports.publish(off(id, why));
      case LOST -> log.debug("camera {} is reported by its new worker", id);
    }
  }

  private CameraReport off(String id, Leaving why) {
    String word = why.name().toLowerCase(Locale.ROOT);
    CameraStatus status = statuses.get(id);
    return status == null
        ? CameraReport.off(id, word, reports.worker())
        : status.off(reports.worker(), word);
  }

  /** Whether Kafka may not have accepted the last report of a camera. */
  boolean owes(String id) {
    return reports.owes(id);
  }

  /** Another worker is responsible for these cameras from now on, whether they run or not. */
  void giveUp(Collection<String> ids) {
    reports.giveUp(ids);
  }

  private void forgetEnded() {
    leaving.values().removeIf(CameraRunner::ended);
    statuses
        .entrySet()
        .removeIf(
            each -> {
              String id = each.getKey();
              if (runners.containsKey(id) || leaving.containsKey(id) || failedStarts.has(id)) {
                return false;
              }
              guarded(id, each.getValue()::close);
              return true;
            });
  }

  void removeAll(Leaving why, Duration patience) {
    List<String> all = new ArrayList<>(runners.keySet());
    all.addAll(failedStarts.ids());
    remove(all, why, patience);
  }

  /** Supervises cameras and publisher; call it several times per second. */
  void watch() {
    statuses.forEach((id, status) -> guarded(id, () -> watch(id, status)));
    failedStarts.due(System.nanoTime()).forEach(this::put);
    guarded(NO_CAMERA, reports::watch);
    guarded(NO_CAMERA, publisher::watch);
    forgetEnded();
  }

  private void watch(String id, CameraStatus status) {
    status.watch(config.stallAfter());
    if (runners.containsKey(id) || failedStarts.has(id)) {
      status.tell(reports);
    }
  }

  /** Call it after {@link #removeAll}; runners that are still ending are not affected. */
  @Override
  public void close() {
    hardware.close();
  }
}
