package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import java.time.Instant;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;

/** A source of the packets of one video. One thread opens, reads and closes it. */
public interface PacketSource extends AutoCloseable {
  /** The codec parameters of the video; may change with each read. */
  AVCodecParameters parameters();

  /**
   * The beginning of the recording according to its container; empty when unknown or not a
   * recording.
   */
  default Optional<Instant> created() {
    return Optional.empty();
  }

  /** The length of one tick of the packets' timestamps. */
  double nanosPerTick();

  /** A pixel's width divided by its height according to the container, or 0/1 if unknown. */
  default AVRational pixelShape() {
    return av_make_q(0, 1);
  }

  /**
   * Reads the next packet; the caller unreferences it.
   *
   * @param late the fault when the deadline passes
   * @return a picture, nothing, damage or the end
   * @throws SourceException when the connection failed or ended, or the deadline passed
   */
  Next read(AVPacket packet, Fault late) throws SourceException;

  /** Goes back to the beginning of a file. */
  void rewind() throws SourceException;

  /** Call it once. */
  @Override
  void close();
}
