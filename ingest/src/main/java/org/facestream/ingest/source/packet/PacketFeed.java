package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.clock.CatchUp;
import org.facestream.ingest.source.clock.PacketLag;
import org.facestream.ingest.source.clock.StreamClock;

/**
 * Reads the packets of one video and selects those to decode. It skips packets that the wanted rate
 * does not need, packets that a reader must skip to catch up, and damaged ones. One thread uses it.
 */
public final class PacketFeed implements AutoCloseable {
  private final PacketSource packets;
  private final PacketSieve sieve;
  private final PacketLag lag = new PacketLag();
  private final Optional<CatchUp> catchUp;
  private final TemporalLayers layers = new TemporalLayers();
  private final AVPacket packet = av_packet_alloc();
  private boolean awaitingKey;
  private long shown = StreamClock.NO_TIMESTAMP;
  private long damaged;
  private long bytes;
  private long waited;

  /**
   * @param packets owned by the caller until {@link #close} is called
   * @param fps pictures per second that are wanted; infinite for every one
   * @param mostBehind packets are left out when reading is further behind than this; empty for none
   */
  public PacketFeed(PacketSource packets, double fps, Optional<Duration> mostBehind) {
    this.packets = packets;
    this.sieve = new PacketSieve(fps);
    this.catchUp = mostBehind.map(CatchUp::new);
  }

  /**
   * Reads the next packet.
   *
   * @param late the fault when the deadline passes
   */
  public Next read(Fault late) throws SourceException {
    release();
    long begun = System.nanoTime();
    Next read = packets.read(packet, late);
    long arrival = System.nanoTime();
    long took = arrival - begun;
    waited += took;
    damaged += read == Next.DAMAGED ? 1 : 0;
    if (read != Next.PICTURE) {
      return read;
    }
    // A packet without data contains something else.
    return packet.size() <= 0 || packet.data() == null ? Next.NOTHING : choose(arrival, took);
  }

  private Next choose(long arrival, long took) {
    bytes += packet.size();
    shown = nanos(packet.pts());
    boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
    boolean needed = sieve.needs(PacketKind.of(packet, packets.parameters(), layers), shown);
    long behind = lag.of(shown, arrival, took);
    if (awaitingKey && !key) {
      damaged++;
      return Next.DAMAGED;
    }
    awaitingKey = false;
    if ((packet.flags() & AV_PKT_FLAG_CORRUPT) != 0) {
      damaged++;
      return Next.DAMAGED;
    }
    if (!needed) {
      return Next.SPARED;
    }
    boolean leftOut =
        catchUp.isPresent() && catchUp.get().leavesOut(key, lag.time(), behind, arrival);
    return leftOut ? Next.LEFT_OUT : Next.PICTURE;
  }

  /** The packet that {@link #read} returned. */
  public AVPacket packet() {
    return packet;
  }

  /** The presentation time of its picture in nanoseconds, or {@link StreamClock#NO_TIMESTAMP}. */
  public long shown() {
    return shown;
  }

  public long nanos(long ticks) {
    return ticks == AV_NOPTS_VALUE
        ? StreamClock.NO_TIMESTAMP
        : Math.round(ticks * packets.nanosPerTick());
  }

  /** The beginning of the recording according to its container. */
  public Optional<Instant> created() {
    return packets.created();
  }

  /** What the video is encoded as now. */
  public AVCodecParameters parameters() {
    return packets.parameters();
  }

  /** Whether each picture that is decoded depends on no other. */
  public boolean keysOnly() {
    return sieve.keysOnly() || behind();
  }

  /** Whether pictures are skipped because the reader is behind. */
  public boolean behind() {
    return catchUp.isPresent() && catchUp.get().behind();
  }

  /** Packets before the next key frame cannot be decoded and count as damaged. */
  public void awaitKey() {
    awaitingKey = true;
  }

  /** Number of damaged packets. */
  public long damaged() {
    return damaged;
  }

  /** Bytes of the video received. */
  public long bytes() {
    return bytes;
  }

  /** Nanoseconds spent reading, nearly all of it waiting for the source. */
  public long waited() {
    return waited;
  }

  /** Nanoseconds of the stream that were read. */
  public long passed() {
    return lag.time();
  }

  public void release() {
    av_packet_unref(packet);
  }

  /** Goes back to the beginning of a file. */
  public void rewind() throws SourceException {
    release();
    packets.rewind();
  }

  /** Call it once. */
  @Override
  public void close() {
    free();
    packets.close();
  }

  /** Closes a feed that was not used, without closing its source of packets. */
  public void free() {
    release();
    av_packet_free(packet);
  }
}
