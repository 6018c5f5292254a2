package org.facestream.ingest.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.facestream.ingest.publish.FrameOutlet;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.DecoderChoice;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.source.Patience;
import org.facestream.ingest.source.RecordingStart;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.Wish;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.clock.CaptureClock;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.worker.Backoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one camera on a thread of its own: opens it, publishes its pictures, and reopens it after a
 * failure, with increasing pauses. A camera cannot affect another one.
 */
final class CameraRunner {
  private static final Logger log = LoggerFactory.getLogger(CameraRunner.class);

  /**
   * A camera that sent pictures for this time has recovered: its next failure counts as the first.
   */
  private static final long RECOVERED_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A camera whose packets wait for more than this share of the maximum age is behind. */
  private static final int BEHIND = 2;

  private static final Duration PREDECESSOR = Duration.ofSeconds(5);

  private final Shared shared;
  private final IngestConfig config;
  private final double fps;
  private final DecoderChoice decoder;
  private final CameraStatus status;
  private final LongSupplier epochs;
  private final Backoff backoff;
  private final CaptureClock captureClock = new CaptureClock();
  private final CallDeadline deadline = new CallDeadline();
  private final Thread thread;
  private Optional<CameraRunner> predecessor;
  private volatile Camera camera;
  private volatile boolean stopping;

  /**
   * @param epochs returns the number of each session that is not a replay, greater than all before
   * @param predecessor the stopped runner of the same camera; this one starts when that has ended
   */
  CameraRunner(
      Camera camera,
      Shared shared,
      CameraStatus status,
      LongSupplier epochs,
      Optional<CameraRunner> predecessor) {
    this.camera = camera;
    this.shared = shared;
    this.config = shared.config();
    this.fps = camera.fps() == null ? config.fps() : camera.fps();
    this.decoder = camera.decoder() == null ? config.decoder() : camera.decoder();
    this.status = status;
    this.epochs = epochs;
    this.backoff = new Backoff(config.backoffFirst(), config.backoffCap());
    this.predecessor = predecessor;
    this.thread = new Thread(this::run, "camera-" + camera.id());
    // Resolving a host's name cannot be interrupted; it must not delay the end of the process.
    thread.setDaemon(true);
  }

  Camera camera() {
    return camera;
  }

  /** Frames per second that it should publish. */
  double fps() {
    return fps;
  }

  /** Applies new values if they need no new connection; returns false if they do. */
  boolean follow(Camera changed) {
    if (!connection(camera).equals(connection(changed))) {
      return false;
    }
    camera = changed;
    return true;
  }

  /** Without values that are read for each picture, and values that only other stages read. */
  private static Camera connection(Camera camera) {
    return camera
        .withCloseUpUrl(null)
        .withMaxWidth(null)
        .withJpegQuality(null)
        .withMasks(List.of())
        .withZones(List.of())
        .withTags(List.of())
        .withDetection(null);
  }

  /**
   * Starts; call it once.
   *
   * @throws OutOfMemoryError when the system has no thread left; the runner has then ended
   */
  void start() {
    try {
      thread.start();
    } catch (RuntimeException | Error failed) {
      deadline.close();
      throw failed;
    }
  }

  /** Requests its end; returns at once. */
  void stop() {
    stopping = true;
    deadline.stop();
    LockSupport.unpark(thread);
  }

  /** Waits for its end; returns false when it did not end in time. */
  boolean await(Duration time) {
    try {
      thread.join(Math.max(1, time.toMillis()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  boolean stopping() {
    return stopping;
  }

  boolean ended() {
    return !thread.isAlive();
  }

  private void run() {
    try (deadline) {
      predecessor.ifPresent(before -> before.await(PREDECESSOR));
      // Otherwise all predecessors would stay in memory, in a chain.
      predecessor = Optional.empty();
      status.claim(this);
      while (!stopping) {
        status.move(this, CameraState.CONNECTING, null, "opening " + MaskedUrl.of(camera.url()));
        if (!attempt()) {
          break;
        }
        pause(System.nanoTime() + backoff.next().toNanos());
      }
    } finally {
      status.move(
          this,
          CameraState.OFF,
          stopping ? "stopped" : "ended",
          stopping ? "stopped" : "the file ended");
    }
  }

  /** Opens and reads once; returns false when the source has ended. */
  private boolean attempt() {
    long begun = System.nanoTime();
    try {
      session();
      return false;
    } catch (SourceException failed) {
      fail(begun, failed.fault(), String.valueOf(failed.getMessage()));
    } catch (RuntimeException | Error unexpected) {
      log.error("camera {}: unexpected", camera.id(), unexpected);
      fail(begun, Fault.INTERNAL, unexpected.getClass().getSimpleName());
    }
    return !stopping;
  }

  private void fail(long begun, Fault fault, String detail) {
    if (stopping) {
      return;
    }
    boolean wasGood = status.is(CameraState.LIVE) || status.is(CameraState.STALLED);
    if (wasGood && System.nanoTime() - begun > RECOVERED_NANOS) {
      backoff.reset();
    }
    status.failed(this, fault, detail);
  }

  private void session() throws SourceException {
    SourceUrl url = shared.rules().resolve(camera);
    Wish wish =
        new Wish(
            fps,
            shared.hardware().device(decoder),
            url.live() ? Optional.of(config.maxAge().dividedBy(BEHIND)) : Optional.empty(),
            camera.turn());
    boolean replay = config.asFastAsPossible() && !url.live();
    Patience patience = replay ? Patience.REPLAY : Patience.of(config);
    try (VideoSource source = VideoSource.open(url, patience, wish, deadline)) {
      Optional<Instant> recorded =
          replay ? Optional.of(RecordingStart.of(url, config, source.created())) : Optional.empty();
      // A replay has the same ids of faces and tracks each time it is opened, also by the same
      // process after an error: the boundary record separates it from an earlier attempt.
      long epoch = recorded.map(Instant::toEpochMilli).orElseGet(epochs::getAsLong);
      status.begin(this, epoch);
      captureClock.restart();
      FrameOutlet outlet =
          new FrameOutlet(
              camera,
              epoch,
              config,
              shared.publisher(),
              shared.telemetry(),
              replay ? Optional.of(() -> stopping) : Optional.empty());
      new CameraSession(this, source, url.live(), recorded, outlet, config, status, captureClock)
          .read();
    }
  }

  /** Waits until then, or until it is stopped. */
  void pause(long until) {
    long left = until - System.nanoTime();
    while (left > 0 && !stopping) {
      LockSupport.parkNanos(this, left);
      left = until - System.nanoTime();
    }
  }
}
