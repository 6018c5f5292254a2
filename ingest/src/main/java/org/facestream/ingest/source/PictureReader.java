package org.facestream.ingest.source;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.facestream.ingest.frame.ExifOrientation;
import org.facestream.ingest.frame.Orientation;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.packet.Next;
import org.facestream.ingest.source.packet.PacketFeed;
import org.facestream.ingest.source.packet.PacketSource;
import org.facestream.ingest.source.picture.DisplaySize;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.FrameTurner;
import org.facestream.ingest.source.picture.MotionJpeg;
import org.facestream.ingest.source.picture.SourcePicture;
import org.facestream.ingest.source.picture.VideoDecoder;

/**
 * Decodes packets to pictures: decodes those that are needed, skips damaged ones, follows changes
 * of the codec, and reopens a decoder that returns only errors. Motion JPEG is decoded only when
 * its pixels are needed, or when the last decoded picture was damaged. One thread uses it.
 */
public final class PictureReader implements SourcePicture, AutoCloseable {
  /** FFmpeg's AV_FRAME_FLAG_CORRUPT, which JavaCV's presets leave out. */
  private static final int FRAME_CORRUPT = 1;

  /** Number of errors without a picture after which the decoder is reopened. */
  private static final int MOST_ERRORS = 50;

  private final PacketSource packets;
  private final String codecs;
  private final Wish wish;
  private final PacketFeed feed;
  private final AVFrame frame = av_frame_alloc();
  private final FrameTurner turner = new FrameTurner();

  private Optional<VideoDecoder> decoder = Optional.empty();
  private boolean onProcessor;
  private boolean motionJpeg;
  private boolean proven;
  private boolean decoded;
  private boolean turned;
  private boolean fed;
  private boolean emptying;
  private long timestamp = StreamClock.NO_TIMESTAMP;
  private long errors;
  private long damaged;
  private long reopened;
  private int width;
  private int height;

  /**
   * Opens a decoder.
   *
   * @param packets closed with this object, unless the constructor fails
   * @param codecs allowed names of FFmpeg's decoders, separated by commas
   */
  PictureReader(PacketSource packets, String codecs, Wish wish) throws SourceException {
    this.packets = packets;
    this.codecs = codecs;
    this.wish = wish;
    this.feed = new PacketFeed(packets, wish.fps(), wish.mostBehind());
    try {
      openDecoder();
    } catch (SourceException | RuntimeException | Error failed) {
      free();
      feed.free();
      throw failed;
    }
  }

  private void openDecoder() throws SourceException {
    closeDecoder();
    motionJpeg = packets.parameters().codec_id() == AV_CODEC_ID_MJPEG;
    decoder =
        Optional.of(
            new VideoDecoder(packets, codecs, onProcessor ? Optional.empty() : wish.device()));
    errors = 0;
    emptying = false;
    fed = false;
    proven = false;
  }

  /**
   * Processes one packet or picture.
   *
   * @param late the fault when the deadline passes
   */
  Next step(Fault late) throws SourceException {
    if (errors >= MOST_ERRORS) {
      reopen();
    }
    if (!motionJpeg) {
      Next received = receive();
      if (received != Next.NOTHING) {
        return received;
      }
    }
    decoded = false;
    Next read = feed.read(late);
    return switch (read) {
      case PICTURE -> decode();
      case LEFT_OUT -> {
        if (fed) {
          // Pictures that it still holds are older than the skipped ones.
          forget();
        }
        yield read;
      }
      case END -> {
        if (motionJpeg) {
          yield read;
        }
        // The decoder still holds pictures: it returns them, then reports the end.
        decoder.orElseThrow().drain();
        yield Next.NOTHING;
      }
      case SPARED, DAMAGED, NOTHING -> read;
    };
  }

  private Next decode() throws SourceException {
    if (feed.parameters().codec_id() != decoder.orElseThrow().codec()) {
      openDecoder();
    }
    if (motionJpeg) {
      timestamp = feed.shown();
      return proven || frame().isPresent() ? Next.PICTURE : Next.NOTHING;
    }
    fed = true;
    if (decoder.orElseThrow().send(feed.packet()) < 0) {
      error();
    } else if (feed.keysOnly()) {
      // The decoder would delay the picture until the next one.
      emptying = true;
      decoder.orElseThrow().drain();
    }
    feed.release();
    return Next.NOTHING;
  }

  private Next receive() throws SourceException {
    int received = decoder.orElseThrow().receive(frame);
    if (received == AVERROR_EAGAIN()) {
      return Next.NOTHING;
    }
    if (received == AVERROR_EOF && !emptying) {
      return Next.END;
    }
    if (received == AVERROR_EOF) {
      forget();
      return Next.NOTHING;
    }
    if (received < 0 || frame.decode_error_flags() != 0 || (frame.flags() & FRAME_CORRUPT) != 0) {
      error();
      return Next.NOTHING;
    }
    errors = 0;
    timestamp = feed.nanos(frame.best_effort_timestamp());
    decoded();
    return Next.PICTURE;
  }

  private void decoded() {
    decoded = true;
    turned = false;
    DisplaySize size = DisplaySize.of(frame).seen(orientation());
    width = size.width();
    height = size.height();
  }

  private Orientation orientation() {
    return Orientation.of(frame).thenTurned(wish.rotate());
  }

  private void error() {
    damaged++;
    errors++;
  }

  /** A decoder that returns only errors may be in a state from which it does not recover. */
  private void reopen() throws SourceException {
    // The CPU may decode what the hardware cannot.
    onProcessor = true;
    openDecoder();
    feed.awaitKey();
    reopened++;
  }

  @Override
  public Optional<AVFrame> frame() {
    if (!decoded) {
      VideoDecoder open = decoder.orElseThrow();
      if (open.send(feed.packet()) < 0 || open.receive(frame) < 0) {
        proven = false;
        error();
        return Optional.empty();
      }
      errors = 0;
      proven = true;
      decoded();
    }
    if (!turned) {
      turner.turn(frame, orientation());
      turned = true;
    }
    return Optional.of(frame);
  }

  @Override
  public Optional<EncodedPicture> asItCame() {
    if (!motionJpeg || wish.rotate() != 0 || !decoder.orElseThrow().plain()) {
      return Optional.empty();
    }
    byte[] jpeg = new byte[feed.packet().size()];
    feed.packet().data().get(jpeg);
    if (ExifOrientation.of(jpeg) != ExifOrientation.UPRIGHT) {
      return Optional.empty();
    }
    Optional<EncodedPicture> picture = MotionJpeg.whole(jpeg);
    picture.ifPresent(
        whole -> {
          width = whole.width();
          height = whole.height();
        });
    return picture;
  }

  /** The presentation time of the picture in nanoseconds, or {@link StreamClock#NO_TIMESTAMP}. */
  long timestamp() {
    return timestamp;
  }

  /** Number of damaged pictures and packets, which were skipped. */
  long damaged() {
    return damaged + feed.damaged();
  }

  /** How often the decoder was reopened because it returned only errors. */
  long reopened() {
    return reopened;
  }

  /** The feed of packets, for its counts. */
  PacketFeed feed() {
    return feed;
  }

  /** Of the stream's pictures; 0 before the first was decoded. */
  int width() {
    return width;
  }

  /** Of the stream's pictures; 0 before the first was decoded. */
  int height() {
    return height;
  }

  String codec() {
    return decoder.orElseThrow().name();
  }

  /** Goes back to the beginning of a file. */
  void rewind() throws SourceException {
    feed.rewind();
    forget();
  }

  private void forget() {
    emptying = false;
    fed = false;
    decoder.orElseThrow().flush();
  }

  private void closeDecoder() {
    decoder.ifPresent(VideoDecoder::close);
    decoder = Optional.empty();
  }

  private void free() {
    av_frame_free(frame);
    turner.close();
    closeDecoder();
  }

  /** Call it once. */
  @Override
  public void close() {
    free();
    feed.close();
  }
}
