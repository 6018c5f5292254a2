package org.facestream.ingest.closeup;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_clone;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_free;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.facestream.ingest.source.packet.PacketKind;
import org.jspecify.annotations.Nullable;

/**
 * The last seconds of a stream, not decoded: whole groups of pictures, each from a key frame on. It
 * is limited in time and bytes; the oldest groups are removed first. One thread adds packets,
 * another takes excerpts.
 */
final class PacketRing implements AutoCloseable {
  /** A group that is longer than the ring by this factor is not worth decoding. */
  private static final int LONGEST_GROUP = 3;

  /** Number of packets after the last wanted one, because pictures arrive in decoding order. */
  private static final int REORDERED = 4;

  private final long span;
  private final long mostBytes;
  private final Deque<Group> groups = new ArrayDeque<>();
  private @Nullable AVCodecParameters parameters;
  private double nanosPerTick;
  private long newest = Long.MIN_VALUE;
  private long bytes;
  private long lost;
  private boolean closed;

  /** A packet, owned by the holder of this object. */
  record Timed(AVPacket packet, PacketKind kind, long captured) {}

  private static final class Group {
    private final List<Timed> packets = new ArrayList<>();
    private final long begin;
    private long bytes;

    Group(long begin) {
      this.begin = begin;
    }

    void free() {
      packets.forEach(each -> av_packet_free(each.packet()));
      packets.clear();
    }
  }

  /**
   * Packets in decoding order, starting with a key frame. The owner closes it.
   *
   * @param parameters their codec parameters
   * @param nanosPerTick the length of one tick of their timestamps
   */
  record Excerpt(AVCodecParameters parameters, double nanosPerTick, List<Timed> packets)
      implements AutoCloseable {
    @Override
    public void close() {
      packets.forEach(each -> av_packet_free(each.packet()));
      avcodec_parameters_free(parameters);
    }
  }

  /**
   * @param span minimum time that is kept, as far as the bytes allow
   * @param mostBytes maximum size
   */
  PacketRing(Duration span, long mostBytes) {
    this.span = span.toMillis();
    this.mostBytes = mostBytes;
  }

  /**
   * Keeps a copy of a packet.
   *
   * @param stream its codec parameters
   * @param captured capture time of its picture, milliseconds since 1970
   */
  synchronized void add(
      AVPacket packet, AVCodecParameters stream, double ticks, PacketKind kind, long captured) {
    if (closed) {
      return;
    }
    boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
    if (parameters == null || (key && !same(parameters, stream))) {
      clear();
      parameters = avcodec_parameters_alloc();
      avcodec_parameters_copy(parameters, stream);
      nanosPerTick = ticks;
    }
    if (key) {
      groups.add(new Group(captured));
    }
    Group last = groups.peekLast();
    if (last == null) {
      lost++;
      return;
    }
    last.packets.add(new Timed(av_packet_clone(packet), kind, captured));
    last.bytes += packet.size();
    bytes += packet.size();
    newest = Math.max(newest, captured);
    trim();
  }

  /** The codec or size changed; parameter sets are repeated with each key frame. */
  private static boolean same(AVCodecParameters one, AVCodecParameters other) {
    return one.codec_id() == other.codec_id()
        && one.width() == other.width()
        && one.height() == other.height();
  }

  private void trim() {
    while (groups.size() > 1 && second().begin <= newest - span) {
      drop(groups.removeFirst());
    }
    boolean endless = newest - groups.getLast().begin > LONGEST_GROUP * span;
    while (!groups.isEmpty() && (endless || bytes > mostBytes)) {
      lost += groups.getFirst().packets.size();
      drop(groups.removeFirst());
    }
  }

  private Group second() {
    Iterator<Group> each = groups.iterator();
    each.next();
    return each.next();
  }

  private void drop(Group group) {
    bytes -= group.bytes;
    group.free();
  }

  /**
   * The packets to decode for the pictures of a time span, as far as they are kept; empty when none
   * are.
   *
   * @param from milliseconds since 1970
   * @param to milliseconds since 1970
   */
  synchronized Optional<Excerpt> excerpt(long from, long to) {
    List<Group> needed = new ArrayList<>();
    for (Group group : groups) {
      if (group.begin <= from) {
        needed.clear();
      }
      if (group.begin <= to) {
        needed.add(group);
      }
    }
    if (needed.isEmpty()) {
      return Optional.empty();
    }
    List<Timed> packets = new ArrayList<>();
    int behind = 0;
    for (Group group : needed) {
      for (Timed each : group.packets) {
        behind += each.captured() > to ? 1 : 0;
        if (behind > REORDERED) {
          break;
        }
        packets.add(new Timed(av_packet_clone(each.packet()), each.kind(), each.captured()));
      }
    }
    AVCodecParameters copy = avcodec_parameters_alloc();
    avcodec_parameters_copy(copy, parameters);
    return Optional.of(new Excerpt(copy, nanosPerTick, packets));
  }

  /** Capture time of the last picture, milliseconds since 1970; {@link Long#MIN_VALUE} for none. */
  synchronized long newest() {
    return groups.isEmpty() ? Long.MIN_VALUE : newest;
  }

  /** Size of the kept packets. */
  synchronized long bytes() {
    return bytes;
  }

  /** Number of packets for which there was no room, or no key frame before them. */
  synchronized long lost() {
    return lost;
  }

  /** Clears the ring, because the stream restarts. */
  synchronized void clear() {
    groups.forEach(Group::free);
    groups.clear();
    bytes = 0;
    newest = Long.MIN_VALUE;
    if (parameters != null) {
      avcodec_parameters_free(parameters);
      parameters = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    clear();
  }
}
