package org.facestream.ingest.closeup;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.clock.CaptureClock;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.packet.Demuxer;
import org.facestream.ingest.source.packet.Next;
import org.facestream.ingest.source.packet.PacketKind;
import org.facestream.ingest.source.packet.TemporalLayers;
import org.facestream.ingest.worker.Backoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last seconds of a camera's larger stream, undecoded, on its own thread: opens it, reads
 * it, and reopens it after a failure, with increasing pauses. It never affects the camera's other
 * stream.
 */
final class LargerStream {
  private static final Logger log = LoggerFactory.getLogger(LargerStream.class);
  private static final long RECOVERED_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long JUMP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration PREDECESSOR = Duration.ofSeconds(5);

  private final Camera camera;
  private final IngestConfig config;
  private final SourceRules rules;
  private final PacketRing ring;
  private final Backoff backoff;
  private final CallDeadline deadline = new CallDeadline();
  private final CaptureClock captureClock = new CaptureClock();
  private final Thread thread;
  private Optional<LargerStream> predecessor;
  private volatile boolean connected;
  private volatile boolean stopping;
  private boolean told;

  /**
   * @param camera a camera with a larger stream
   * @param predecessor the stopped one of the same camera; this one starts when that has ended
   */
  LargerStream(
      Camera camera, IngestConfig config, SourceRules rules, Optional<LargerStream> predecessor) {
    this.camera = camera;
    this.config = config;
    this.rules = rules;
    this.ring = new PacketRing(config.closeUpSpan(), config.closeUpBytes());
    this.backoff = new Backoff(config.backoffFirst(), config.backoffCap());
    this.predecessor = predecessor;
    this.thread = new Thread(this::run, "close-up-" + camera.id());
    // Resolving a host's name cannot be interrupted; it must not delay the end of the process.
    thread.setDaemon(true);
  }

  PacketRing ring() {
    return ring;
  }

  /** Names of FFmpeg's decoders for the packets in the ring. */
  static String codecs() {
    return SourceUrl.Kind.RTSP.codecs();
  }

  /** Whether pictures arrive. */
  boolean connected() {
    return connected;
  }

  void start() {
    thread.start();
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

  private void run() {
    try (deadline;
        ring) {
      predecessor.ifPresent(before -> before.await(PREDECESSOR));
      // Otherwise all predecessors would stay in memory, in a chain.
      predecessor = Optional.empty();
      while (!stopping) {
        attempt();
        long until = System.nanoTime() + backoff.next().toNanos();
        while (!stopping && until - System.nanoTime() > 0) {
          LockSupport.parkNanos(this, until - System.nanoTime());
        }
      }
    }
  }

  private void attempt() {
    long begun = System.nanoTime();
    String why;
    try {
      session();
      return;
    } catch (SourceException failed) {
      why = failed.getMessage();
    } catch (RuntimeException | Error unexpected) {
      log.error("camera {}: unexpected in its stream of close-ups", camera.id(), unexpected);
      why = unexpected.getClass().getSimpleName();
    } finally {
      ring.clear();
    }
    if (connected && System.nanoTime() - begun > RECOVERED_NANOS) {
      backoff.reset();
    }
    // Logged once per failure.
    if (!stopping && (connected || !told)) {
      told = true;
      log.warn(
          "camera {}: no close-ups; its other stream continues: {}: {}",
          camera.id(),
          address(),
          why);
    }
    connected = false;
  }

  private void session() throws SourceException {
    SourceUrl url = rules.resolveCloseUp(camera);
    AVPacket packet = av_packet_alloc();
    try (Demuxer packets = new Demuxer(url, deadline, config.connectTimeout())) {
      read(packets, packet);
    } finally {
      av_packet_free(packet);
    }
  }

  private void read(Demuxer packets, AVPacket packet) throws SourceException {
    TemporalLayers layers = new TemporalLayers();
    Times times = new Times();
    Fault late = Fault.FIRST_FRAME_TIMEOUT;
    deadline.arm(config.firstFrameTimeout());
    while (!stopping) {
      long asked = System.nanoTime();
      Next read = packets.read(packet, late);
      times.waited += System.nanoTime() - asked;
      if (read == Next.PICTURE && packet.size() > 0 && packet.data() != null) {
        long stamp =
            packet.pts() == AV_NOPTS_VALUE
                ? StreamClock.NO_TIMESTAMP
                : Math.round(packet.pts() * packets.nanosPerTick());
        ring.add(
            packet,
            packets.parameters(),
            packets.nanosPerTick(),
            PacketKind.of(packet, packets.parameters(), layers),
            times.captured(stamp));
        late = Fault.READ_TIMEOUT;
        deadline.arm(config.readTimeout());
        tellConnected();
      }
      av_packet_unref(packet);
      // A source may also send data without end but no picture.
      if (deadline.expired()) {
        throw new SourceException(late);
      }
    }
  }

  private void tellConnected() {
    if (!connected) {
      connected = true;
      told = false;
      log.info("camera {}: receiving the larger stream from {}", camera.id(), address());
    }
  }

  private String address() {
    return MaskedUrl.of(Objects.requireNonNull(camera.closeUpUrl(), "only such a camera has one"));
  }

  /**
   * The capture times of a session's pictures. Packets arrive in decoding order; only packets whose
   * picture follows all earlier ones advance the clocks, and the others are interpolated.
   */
  private final class Times {
    private final StreamClock streamClock = new StreamClock(true);
    private long highest = StreamClock.NO_TIMESTAMP;
    private long captured;

    /** Nanoseconds spent waiting for the stream since the clocks last advanced. */
    private long waited;

    Times() {
      captureClock.restart();
    }

    long captured(long stamp) {
      boolean timed = stamp != StreamClock.NO_TIMESTAMP && highest != StreamClock.NO_TIMESTAMP;
      if (timed && stamp < highest && highest - stamp < JUMP_NANOS) {
        return captured - TimeUnit.NANOSECONDS.toMillis(highest - stamp);
      }
      long now = System.nanoTime();
      captured =
          captureClock
              .at(streamClock.at(stamp, now, 0), now, waited, System.currentTimeMillis())
              .toEpochMilli();
      highest = stamp;
      waited = 0;
      return captured;
    }
  }
}
