package org.facestream.ingest.source.packet;

import java.time.Duration;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Bounds FFmpeg's blocking calls: while it waits for the network, it calls back about every 100 ms
 * and asks whether to give up.
 *
 * <p>One native function serves every source in the process, because JavaCPP has room for only ten
 * callbacks of a class. FFmpeg passes the memory of the source to the function: the deadline of the
 * call, whether to stop at once, and what to forbid. Neither the function nor that memory may be
 * freed before the source is closed; the function is never freed, and this object owns the memory.
 */
public final class CallDeadline implements AutoCloseable {
  private static final Check CHECK = new Check();
  private static final int DUE = 0;
  private static final int STOP = 1;
  private static final int FORBID = 2;

  private final LongPointer state = new LongPointer(3);
  private boolean closed;

  public CallDeadline() {
    state.put(DUE, Long.MAX_VALUE);
    state.put(STOP, 0);
    state.put(FORBID, 0);
  }

  /**
   * Before the context is opened, with its protocol whitelist set. This object must outlive the
   * context.
   *
   * <p>When FFmpeg asks for the first time, it is connecting, and has compared the protocol of that
   * connection with the whitelist. From then on the list is reduced to its beginning, so no further
   * connection is allowed: a server that redirects to another address is not followed, not even
   * with a single packet. FFmpeg has no option for that. Over UDP a server may still name another
   * host as the video's source: FFmpeg's first datagrams and its receiver reports go there.
   *
   * @param kept the beginning of the whitelist that stays
   */
  void watch(AVFormatContext context, String kept) {
    BytePointer whitelist = context.protocol_whitelist();
    boolean shorter = kept.length() < BytePointer.strlen(whitelist);
    new PointerPointer<BytePointer>(state)
        .put(FORBID, shorter ? whitelist.getPointer(kept.length()) : null);
    context.interrupt_callback().callback(CHECK).opaque(state);
  }

  /** Sets the time within which all further calls must finish. */
  public void arm(Duration time) {
    state.put(DUE, System.nanoTime() + time.toNanos());
  }

  /** Whether the time set by {@link #arm} has passed. */
  public boolean expired() {
    return System.nanoTime() - state.get(DUE) > 0;
  }

  /** The rest of the time set by {@link #arm}; negative when it has passed. */
  Duration left() {
    return Duration.ofNanos(state.get(DUE) - System.nanoTime());
  }

  /** Ends the present call and every later one, from any thread. */
  public synchronized void stop() {
    if (!closed) {
      state.put(STOP, 1);
    }
  }

  public boolean stopped() {
    return state.get(STOP) != 0;
  }

  /**
   * Sets a short time for closing a source: an RTSP server should be notified, but a dead one must
   * not delay the close. After this, {@link #stop} has no effect until it is called again.
   */
  synchronized void armForClosing(Duration time) {
    state.put(STOP, 0);
    arm(time);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      state.close();
    }
  }

  private static final class Check extends AVIOInterruptCB.Callback_Pointer {
    /** Runs on the source's own thread, inside FFmpeg; must not throw. */
    @Override
    public int call(Pointer opaque) {
      LongPointer state = new LongPointer(opaque);
      if (state.get(FORBID) != 0) {
        new PointerPointer<BytePointer>(opaque).get(BytePointer.class, FORBID).put((byte) 0);
        state.put(FORBID, 0);
      }
      return state.get(STOP) != 0 || System.nanoTime() - state.get(DUE) > 0 ? 1 : 0;
    }
  }
}
