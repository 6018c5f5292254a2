package org.facestream.ingest.camera;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.facestream.ingest.IngestConfig;
import org.facestream.ingest.worker.Backoff;
import org.facestream.ingest.worker.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one camera on a thread of its own: opens it, publishes its pictures, and opens it again when
 * it fails, after a pause that grows. Nothing that a camera does reaches another one.
 */
final class CameraRunner {
  private static final Logger log = LoggerFactory.getLogger(CameraRunner.class);

  /** A camera that gave pictures for so long has recovered: its next failure is a first one. */
  private static final long RECOVERED_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A file that is this late is not hurried after. */
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Whoever waits to be read for this part of the maximum age is behind: others wait, too. */
  private static final int BEHIND = 2;

  private static final Duration PREDECESSOR = Duration.ofSeconds(5);

  private final IngestConfig config;
  private final double fps;
  private final DecoderChoice decoder;
  private final HardwareDecoding hardware;
  private final long maxAge;
  private final VideoSource.Patience patience;
  private final SourceRules rules;
  private final FramePublisher publisher;
  private final Telemetry telemetry;
  private final CameraStatus status;
  private final LongSupplier epochs;
  private final Backoff backoff;
  private final CaptureClock captureClock = new CaptureClock();
  private final CallDeadline deadline = new CallDeadline();
  private final Thread thread;
  private Optional<CameraRunner> predecessor;
  private volatile double limit;
  private volatile Camera camera;
  private volatile boolean stopping;

  /**
   * @param epochs gives the number of each session, greater than every one before
   * @param predecessor the runner of the same camera that was stopped just now; this one begins
   *     when it has ended
   */
  CameraRunner(
      Camera camera,
      IngestConfig config,
      SourceRules rules,
      FramePublisher publisher,
      HardwareDecoding hardware,
      Telemetry telemetry,
      CameraStatus status,
      LongSupplier epochs,
      Optional<CameraRunner> predecessor) {
    this.camera = camera;
    this.config = config;
    this.fps = camera.fps() == null ? config.fps() : camera.fps();
    this.limit = fps;
    this.decoder = camera.decoder() == null ? config.decoder() : camera.decoder();
    this.hardware = hardware;
    this.maxAge = config.maxAge().toMillis();
    this.patience =
        new VideoSource.Patience(
            config.connectTimeout(), config.firstFrameTimeout(), config.readTimeout());
    this.rules = rules;
    this.publisher = publisher;
    this.telemetry = telemetry;
    this.status = status;
    this.epochs = epochs;
    this.backoff = new Backoff(config.backoffFirst(), config.backoffCap());
    this.predecessor = predecessor;
    this.thread = new Thread(this::run, "camera-" + camera.id());
    // Resolving a host's name cannot be broken off; it must not hold up the end of the process.
    thread.setDaemon(true);
  }

  Camera camera() {
    return camera;
  }

  /** Frames per second that it should publish. */
  double fps() {
    return fps;
  }

  /** Frames per second that it may publish from now on. */
  void limit(double allowed) {
    limit = Math.min(fps, allowed);
  }

  /** What it may publish, when that is less than it should. */
  Double lowered() {
    double allowed = limit;
    return allowed < fps ? allowed : null;
  }

  /** Goes on with other values, when they need no new connection; false when they do. */
  boolean follow(Camera changed) {
    if (!connection(camera).equals(connection(changed))) {
      return false;
    }
    camera = changed;
    return true;
  }

  /** Without what is looked up anew for each picture, and what is for others to read. */
  private static Camera connection(Camera camera) {
    return camera
        .withMaxWidth(null)
        .withJpegQuality(null)
        .withMasks(List.of())
        .withZones(List.of())
        .withTags(List.of())
        .withDetection(null);
  }

  void start() {
    thread.start();
  }

  /** Asks it to end; returns at once. */
  void stop() {
    stopping = true;
    deadline.stop();
    LockSupport.unpark(thread);
  }

  /** Waits for its end; false when it did not end in time. */
  boolean await(Duration time) {
    try {
      thread.join(Math.max(1, time.toMillis()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  boolean ended() {
    return !thread.isAlive();
  }

  private void run() {
    try (deadline) {
      predecessor.ifPresent(before -> before.await(PREDECESSOR));
      // Or every one of them would stay in memory, in a chain.
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

  /** Opens and reads once; false when there is nothing more to come. */
  private boolean attempt() {
    long begun = System.nanoTime();
    try {
      session();
      return false;
    } catch (SourceException failed) {
      fail(begun, failed.fault(), failed.getMessage());
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
    SourceUrl url = rules.resolve(camera);
    VideoSource.Wish wish =
        new VideoSource.Wish(
            fps,
            hardware.device(decoder),
            url.live() ? Optional.of(config.maxAge().dividedBy(BEHIND)) : Optional.empty());
    try (VideoSource source = VideoSource.open(url, patience, wish, deadline)) {
      Session session = new Session(source, url.live());
      try {
        read(source, session);
      } finally {
        // One that was given up for damage alone has not been asked since.
        session.countLosses();
        session.outlet.end();
      }
    }
  }

  private void read(VideoSource source, Session session) throws SourceException {
    long picturesAtRewind = 0;
    while (!stopping) {
      PictureReader.Step step = source.advance();
      session.countLosses();
      switch (step) {
        case PICTURE -> session.picture();
        // It came, and shows that the camera lives.
        case SPARED -> status.picture(this);
        case LEFT_OUT -> {
          status.picture(this);
          session.dropped(FrameLoss.BEHIND);
        }
        case END -> {
          if (session.pictures == picturesAtRewind) {
            throw new SourceException(Fault.DECODE_FAILED, "the file has no picture");
          }
          // A replay shows each once, also one that else goes on for ever.
          if (!camera.loop() || session.replay) {
            return;
          }
          picturesAtRewind = session.pictures;
          source.rewind();
        }
      }
    }
    throw new SourceException(Fault.STOPPED);
  }

  /** What is remembered from one picture to the next while a source is open. */
  private final class Session {
    private final VideoSource source;
    private final boolean live;
    private final boolean replay;
    private final StreamClock streamClock;
    private final FrameSampler sampler = new FrameSampler(fps);
    private final FrameOutlet outlet;
    private final ReplayClock replayClock = new ReplayClock(System.currentTimeMillis());
    private long origin = System.nanoTime();
    private long pictures;
    private long damaged;
    private long reopened;
    private long bytes;
    private long waited;

    Session(VideoSource source, boolean live) {
      this.source = source;
      this.live = live;
      this.replay = config.asFastAsPossible() && !live;
      this.streamClock = new StreamClock(live);
      captureClock.restart();
      long epoch = epochs.getAsLong();
      status.begin(CameraRunner.this, epoch);
      this.outlet =
          new FrameOutlet(
              camera,
              epoch,
              config,
              publisher,
              telemetry,
              replay ? Optional.of(() -> stopping) : Optional.empty());
    }

    void countLosses() {
      status.counts().decodeErrors(source.damaged() - damaged);
      damaged = source.damaged();
      if (source.reopened() > reopened) {
        reopened = source.reopened();
        log.info("camera {}: its decoder only erred and was opened anew", camera.id());
      }
      status.counts().bytes(source.bytes() - bytes);
      bytes = source.bytes();
      status.behind(CameraRunner.this, source.behind());
    }

    void picture() {
      pictures++;
      long time = streamClock.at(source.timestamp(), System.nanoTime(), source.passed());
      if (!live && !replay) {
        origin = Math.max(origin, System.nanoTime() - time - LATE_NANOS);
        pause(origin + time);
      }
      status.picture(CameraRunner.this);
      long wall = System.currentTimeMillis();
      Instant captured = replay ? replayClock.at(time, wall) : captured(time, wall);
      if (!replay) {
        double allowed = limit;
        sampler.rate(allowed);
        source.wanted(allowed);
      }
      if (!sampler.take(time) || (!replay && tooOld(captured, wall))) {
        return;
      }
      if (replay) {
        pause(System.nanoTime() + ReplayClock.early(captured, wall).toNanos());
      }
      outlet.offer(time, captured, current());
      if (source.width() > 0) {
        status.video(CameraRunner.this, source.codec(), source.width(), source.height());
      }
    }

    private CurrentPicture current() {
      Camera wanted = camera;
      return new CurrentPicture(
          source,
          wanted.maxWidth() == null ? config.maxWidth() : wanted.maxWidth(),
          wanted.jpegQuality() == null ? config.jpegQuality() : wanted.jpegQuality(),
          wanted.masks());
    }

    private Instant captured(long time, long wall) {
      long now = System.nanoTime();
      long before = waited;
      waited = source.waited();
      // A file's picture is taken when it is shown.
      return captureClock.at(live ? time : now, now, waited - before, wall);
    }

    private boolean tooOld(Instant captured, long wall) {
      boolean old = wall - captured.toEpochMilli() > maxAge;
      if (old) {
        dropped(FrameLoss.TOO_OLD);
      }
      return old;
    }

    void dropped(FrameLoss why) {
      telemetry.dropped("ingest", camera.id(), why.label()).increment();
    }
  }

  /** Waits until then, or until it is stopped. */
  private void pause(long until) {
    long left = until - System.nanoTime();
    while (left > 0 && !stopping) {
      LockSupport.parkNanos(this, left);
      left = until - System.nanoTime();
    }
  }
}
