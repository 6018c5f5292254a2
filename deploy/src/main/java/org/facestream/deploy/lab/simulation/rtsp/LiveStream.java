package org.facestream.deploy.lab.simulation.rtsp;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One camera: shows its loop by the clock from the moment it was added, whether anyone watches or
 * not. All clients see the same picture at the same time, as with a real camera.
 */
public final class LiveStream {
  private static final int RTP_CLOCK = 90_000;

  /** After a pause of the machine, older frames are not made up for. */
  private static final int MOST_CATCHING_UP = 5;

  private final String path;
  private final VideoLoop loop;
  private final EventExecutor executor;
  private final Instant began;
  private final long beganNanos;
  private final int firstTimestamp = ThreadLocalRandom.current().nextInt();
  private final Set<RtpSender> senders = ConcurrentHashMap.newKeySet();
  private final LongAdder dropped = new LongAdder();
  private volatile boolean stalled;
  private volatile Duration ahead = Duration.ZERO;
  private volatile @Nullable Future<?> pending;
  private volatile boolean ended;
  private long next;

  LiveStream(String path, VideoLoop loop, EventExecutor executor, Duration ago) {
    this.path = path;
    this.loop = loop;
    this.executor = executor;
    this.began = Instant.now().minus(ago);
    this.beganNanos = System.nanoTime() - ago.toNanos();
    executor.execute(this::turn);
  }

  public String path() {
    return path;
  }

  VideoLoop loop() {
    return loop;
  }

  /** When frame 0 was captured. */
  public Instant began() {
    return began;
  }

  /** When a frame, counted from the beginning through all repetitions, is captured. */
  public Instant captured(long frame) {
    return began.plus(Duration.ofNanos(offset(frame)));
  }

  /** Clients that play the stream. */
  public int clients() {
    return senders.size();
  }

  /** Frames left out because a client was too slow. */
  public long dropped() {
    return dropped.sum();
  }

  /** Stops sending while connections stay open: a camera that froze. */
  public void stall() {
    stalled = true;
  }

  /** Continues after {@link #stall()}, at the current time. */
  public void resume() {
    stalled = false;
  }

  /**
   * Sets the camera's clock, as a time server would: timestamps and sender reports leap, and the
   * pictures go on.
   *
   * @param ahead of this machine's clock; negative for behind
   */
  public void setClock(Duration ahead) {
    this.ahead = ahead;
  }

  /** Cuts the connections of everyone who plays the stream. */
  public void disconnectAll() {
    senders.forEach(sender -> sender.channel().close());
  }

  /** The timestamp of the next key frame, for the answer to PLAY. */
  int nextKeyTimestamp() {
    long frame = (System.nanoTime() - beganNanos) * loop.fps() / 1_000_000_000L + 1;
    while (!loop.key((int) (frame % loop.frames()))) {
      frame++;
    }
    return timestamp(frame);
  }

  void add(RtpSender sender) {
    senders.add(sender);
  }

  void remove(RtpSender sender) {
    senders.remove(sender);
  }

  /** Ends the clock and cuts everyone's connection. */
  void end() {
    ended = true;
    Future<?> waiting = pending;
    if (waiting != null) {
      waiting.cancel(false);
    }
    disconnectAll();
  }

  private void turn() {
    if (ended) {
      return;
    }
    long passed = System.nanoTime() - beganNanos;
    long due = passed * loop.fps() / 1_000_000_000L;
    next = Math.max(next, due - MOST_CATCHING_UP);
    while (next <= due) {
      if (!stalled && !senders.isEmpty()) {
        show(next);
      }
      next++;
    }
    long wait = offset(next) - (System.nanoTime() - beganNanos);
    pending = executor.schedule(this::turn, Math.max(0, wait), TimeUnit.NANOSECONDS);
  }

  private void show(long number) {
    int frame = (int) (number % loop.frames());
    boolean key = loop.key(frame);
    List<byte[]> payloads = loop.payloads(frame);
    Instant captured = captured(number).plus(ahead);
    for (RtpSender sender : senders) {
      if (!sender.send(payloads, loop.payloadType(), key, timestamp(number), captured)) {
        dropped.increment();
      }
    }
  }

  private int timestamp(long frame) {
    long leap = ahead.toMillis() * (RTP_CLOCK / 1_000);
    return (int) (firstTimestamp + frame * RTP_CLOCK / loop.fps() + leap);
  }

  private long offset(long frame) {
    return frame * 1_000_000_000L / loop.fps();
  }
}
