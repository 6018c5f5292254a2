package org.facestream.ingest.fleet;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.publish.FrameLoss;
import org.facestream.ingest.publish.FrameOutlet;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.VideoSource;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.clock.CaptureClock;
import org.facestream.ingest.source.clock.FrameSampler;
import org.facestream.ingest.source.clock.ReplayClock;
import org.facestream.ingest.source.clock.Sampled;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.packet.Next;
import org.facestream.ingest.source.picture.Look;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a source, from opening to its end or failure: samples pictures at the wanted
 * rate, determines their capture times, drops pictures that are too old, and counts losses. Runs on
 * the thread of its runner.
 */
final class CameraSession {
  private static final Logger log = LoggerFactory.getLogger(CameraSession.class);

  /** A file that is later than this is not read faster to catch up. */
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CameraRunner runner;
  private final VideoSource source;
  private final boolean live;
  private final boolean replay;
  private final FrameOutlet outlet;
  private final IngestConfig config;
  private final long maxAge;
  private final CameraStatus status;
  private final CaptureClock captureClock;
  private final StreamClock streamClock;
  private final FrameSampler sampler;
  private final ReplayClock replayClock;
  private long origin = System.nanoTime();
  private long pictures;
  private long damaged;
  private long reopened;
  private long bytes;
  private long waited;

  /**
   * @param source closed by the caller
   * @param live whether its pictures arrive as they are taken
   * @param recorded when the recording began, for a replay; otherwise empty
   * @param outlet closed with this
   */
  CameraSession(
      CameraRunner runner,
      VideoSource source,
      boolean live,
      Optional<Instant> recorded,
      FrameOutlet outlet,
      IngestConfig config,
      CameraStatus status,
      CaptureClock captureClock) {
    this.runner = runner;
    this.source = source;
    this.live = live;
    this.replay = recorded.isPresent();
    this.replayClock = new ReplayClock(recorded.orElse(Instant.EPOCH));
    this.outlet = outlet;
    this.config = config;
    this.maxAge = config.maxAge().toMillis();
    this.status = status;
    this.captureClock = captureClock;
    this.streamClock = new StreamClock(live);
    this.sampler = new FrameSampler(runner.fps());
  }

  /**
   * Reads to the end of a file that does not loop.
   *
   * @throws SourceException when the source fails, or the runner is stopped
   */
  void read() throws SourceException {
    try {
      outlet.begin();
      readOn();
    } finally {
      // The damage of a closed source has not been counted yet.
      countLosses();
      outlet.end();
    }
  }

  private void readOn() throws SourceException {
    long picturesAtRewind = 0;
    while (!runner.stopping()) {
      Next next = source.advance();
      countLosses();
      switch (next) {
        case PICTURE -> picture();
        // It does not come to these.
        case NOTHING, DAMAGED -> {}
        // It was received, so the camera is alive.
        case SPARED -> status.picture(runner);
        case LEFT_OUT -> {
          status.picture(runner);
          status.count(runner, counts -> counts.lost(FrameLoss.BEHIND));
        }
        case END -> {
          if (pictures == picturesAtRewind) {
            throw new SourceException(Fault.DECODE_FAILED, "the file has no picture");
          }
          // A replay reads each source once, even one that loops otherwise.
          if (!runner.camera().loop() || replay) {
            return;
          }
          picturesAtRewind = pictures;
          source.rewind();
          streamClock.rewound();
        }
      }
    }
    throw new SourceException(Fault.STOPPED);
  }

  private void countLosses() {
    long erred = source.damaged() - damaged;
    long came = source.bytes() - bytes;
    status.count(
        runner,
        counts -> {
          counts.decodeErrors(erred);
          counts.bytes(came);
        });
    damaged = source.damaged();
    if (source.reopened() > reopened) {
      reopened = source.reopened();
      log.info(
          "camera {}: its decoder only returned errors and was reopened", runner.camera().id());
    }
    bytes = source.bytes();
    status.behind(runner, source.behind());
  }

  private void picture() {
    pictures++;
    long time = streamClock.at(source.timestamp(), System.nanoTime(), source.passed());
    if (!live && !replay) {
      origin = Math.max(origin, System.nanoTime() - time - LATE_NANOS);
      runner.pause(origin + time);
    }
    status.picture(runner);
    long wall = System.currentTimeMillis();
    Instant captured = replay ? replayClock.at(time) : captured(time, wall);
    if (!sampler.take(time) || (!replay && tooOld(captured, wall))) {
      return;
    }
    outlet.offer(new Sampled<>(time, captured, source.picture()), Look.of(runner.camera(), config));
    if (source.width() > 0) {
      status.video(runner, source.codec(), source.width(), source.height());
    }
  }

  private Instant captured(long time, long wall) {
    long now = System.nanoTime();
    long before = waited;
    waited = source.waited();
    // The capture time of a file's picture is when it is played.
    return captureClock.at(live ? time : now, now, waited - before, wall);
  }

  private boolean tooOld(Instant captured, long wall) {
    boolean old = wall - captured.toEpochMilli() > maxAge;
    if (old) {
      status.count(runner, counts -> counts.lost(FrameLoss.TOO_OLD));
    }
    return old;
  }
}
