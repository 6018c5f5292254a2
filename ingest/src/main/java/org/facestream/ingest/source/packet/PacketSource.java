package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import java.time.Instant;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;

/** Where the packets of one video come from. One thread opens, reads and closes it. */
public interface PacketSource extends AutoCloseable {
  /** What {@link #read} met. */
  enum Read {
    /** A packet of the video, to be unreferenced by the caller. */
    VIDEO,
    /** A packet of another stream, to be unreferenced by the caller. */
    OTHER,
    /** Data that were damaged and left out. */
    DAMAGED,
    /** The end of a file. */
    END
  }

  /** What the video is encoded as; may change from one read to the next. */
  AVCodecParameters parameters();

  /** When the recording began, by what it says itself; empty when it does not, or is none. */
  default Optional<Instant> created() {
    return Optional.empty();
  }

  /** The length of one tick of the packets' timestamps. */
  double nanosPerTick();

  /** A pixel's width by its height as the container says, or 0/1 where it does not. */
  default AVRational pixelShape() {
    return av_make_q(0, 1);
  }

  /**
   * Reads the next packet.
   *
   * @param late the fault when the deadline passes
   * @throws SourceException when the connection broke or ended, or the deadline passed
   */
  Read read(AVPacket packet, Fault late) throws SourceException;

  /** Goes back to the beginning of a file. */
  void rewind() throws SourceException;

  /** Call it once. */
  @Override
  void close();
}
