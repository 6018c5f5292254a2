package org.facestream.ingest.camera;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.facestream.ingest.IngestConfig;
import org.facestream.ingest.worker.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cameras that this worker runs. One thread, the assignment's, changes it. */
public final class CameraFleet implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CameraFleet.class);

  private final IngestConfig config;
  private final SourceRules rules;
  private final FramePublisher publisher;
  private final StatusPublisher reports;
  private final Telemetry telemetry;
  private final Optional<RateControl> rates;
  private final Optional<CloseUps> closeUps;
  private final HardwareDecoding hardware = new HardwareDecoding();
  private final Map<String, CameraRunner> runners = new HashMap<>();

  /** Stopped, but not yet ended: a camera that comes back waits for its former self. */
  private final Map<String, CameraRunner> leaving = new HashMap<>();

  private final Map<String, CameraStatus> statuses = new HashMap<>();
  private final Map<String, Long> epochs = new ConcurrentHashMap<>();

  /** Why a camera is no longer run here. */
  enum Leaving {
    /** This worker gives it away, or ends. */
    STOPPED,
    /** Another worker may run it already. */
    LOST,
    DISABLED,
    REMOVED
  }

  /** Cameras that keep their rates. */
  CameraFleet(
      IngestConfig config,
      SourceRules rules,
      FramePublisher publisher,
      StatusPublisher reports,
      Telemetry telemetry) {
    this(config, rules, publisher, reports, telemetry, Optional.empty(), Optional.empty());
  }

  /**
   * @param rates lowers the rates of cameras while detectors cannot keep up; empty where they keep
   *     what they are told
   * @param closeUps runs the second streams of cameras; empty where nobody asks for close-ups
   */
  public CameraFleet(
      IngestConfig config,
      SourceRules rules,
      FramePublisher publisher,
      StatusPublisher reports,
      Telemetry telemetry,
      Optional<RateControl> rates,
      Optional<CloseUps> closeUps) {
    this.config = config;
    this.rules = rules;
    this.publisher = publisher;
    this.reports = reports;
    this.telemetry = telemetry;
    this.rates = rates;
    this.closeUps = closeUps;
  }

  /** Makes ready what all cameras share; may take seconds. */
  public void prepare() {
    VideoSource.loadLibraries();
  }

  /**
   * Runs a camera as it says: starts it, stops it when disabled. One that runs follows a change
   * where it is; it is started anew only when the change is of its connection.
   */
  void put(Camera camera) {
    if (!camera.enabled()) {
      remove(List.of(camera.id()), Leaving.DISABLED, Duration.ZERO);
      return;
    }
    closeUps.ifPresent(running -> running.put(camera));
    CameraRunner present = runners.get(camera.id());
    if (present != null && present.follow(camera)) {
      return;
    }
    CameraRunner before = present == null ? leaving.remove(camera.id()) : present;
    if (before != null) {
      before.stop();
    }
    CameraStatus status =
        statuses.computeIfAbsent(camera.id(), id -> new CameraStatus(id, telemetry));
    CameraRunner runner =
        new CameraRunner(
            camera,
            config,
            rules,
            publisher,
            hardware,
            telemetry,
            status,
            () -> nextEpoch(camera.id()),
            Optional.ofNullable(before));
    runners.put(camera.id(), runner);
    runner.start();
  }

  /** When a session begins: milliseconds since 1970, but never the same twice. */
  private long nextEpoch(String camera) {
    return epochs.merge(camera, System.currentTimeMillis(), (last, now) -> Math.max(last + 1, now));
  }

  /** Stops cameras, all at once, waits so long for their ends, and tells that they are off. */
  void remove(Collection<String> ids, Leaving why, Duration patience) {
    closeUps.ifPresent(running -> running.remove(ids));
    List<CameraRunner> stopped = new ArrayList<>();
    for (String id : ids) {
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
        log.warn("camera {} did not end in time; it ends by itself", runner.camera().id());
      }
    }
    ids.forEach(id -> tellOff(id, why));
    forgetEnded();
  }

  /**
   * Told now, and not when the runner has ended: that may be later than what the next worker tells.
   */
  private void tellOff(String id, Leaving why) {
    switch (why) {
      case REMOVED -> reports.forget(id);
      case DISABLED, STOPPED -> {
        String word = why.name().toLowerCase(Locale.ROOT);
        CameraStatus status = statuses.get(id);
        if (status == null) {
          reports.publish(CameraReport.off(id, word, reports.worker()));
        } else {
          status.tellOff(reports, word);
        }
      }
      case LOST -> log.debug("camera {} is told of by the worker that has it now", id);
    }
  }

  private void forgetEnded() {
    leaving
        .values()
        .removeIf(
            runner -> {
              String id = runner.camera().id();
              if (!runner.ended()) {
                return false;
              }
              if (!runners.containsKey(id)) {
                statuses.remove(id).close();
              }
              return true;
            });
  }

  void removeAll(Leaving why, Duration patience) {
    remove(List.copyOf(runners.keySet()), why, patience);
  }

  /** Looks after cameras and publisher; call it several times a second. */
  void watch() {
    statuses.values().forEach(status -> status.watch(config.stallAfter()));
    runners.forEach((id, runner) -> statuses.get(id).tell(reports, runner.lowered()));
    publisher.watch();
    forgetEnded();
    rates.ifPresent(control -> control.apply(runners.values()));
  }

  /** After {@link #removeAll}; what still ends by itself is not harmed. */
  @Override
  public void close() {
    hardware.close();
  }
}
