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
import org.facestream.ingest.source.packet.PacketFeed;
import org.facestream.ingest.source.packet.PacketSource;
import org.facestream.ingest.source.picture.DisplaySize;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.FrameTurner;
import org.facestream.ingest.source.picture.MotionJpeg;
import org.facestream.ingest.source.picture.VideoDecoder;

/**
 * From packets to pictures: decodes what is needed, leaves out what is damaged, follows a stream
 * that changes its codec, and opens the decoder anew when it only errs. Motion JPEG is decoded only
 * when its pixels are asked for, or when the last that was decoded, if any, was damaged: then only
 * what can be decoded is a picture. One thread uses it.
 */
public final class PictureReader implements AutoCloseable {
  /** What {@link #step} came to. */
  public enum Step {
    /** A picture. */
    PICTURE,
    /** A picture that need not be decoded for the wanted rate, and was not. */
    SPARED,
    /** A picture that was not decoded because the reader is behind its stream. */
    LEFT_OUT,
    /** The end of a file. */
    END
  }

  /** FFmpeg's AV_FRAME_FLAG_CORRUPT, which JavaCV's presets leave out. */
  private static final int FRAME_CORRUPT = 1;

  /** So many errors without a picture between them, and the decoder is opened anew. */
  private static final int MOST_ERRORS = 50;

  private final PacketSource packets;
  private final String codecs;
  private final VideoSource.Wish wish;
  private final PacketFeed feed;
  private final AVFrame frame = av_frame_alloc();
  private final FrameTurner turner = new FrameTurner();

  private VideoDecoder decoder;
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
   * @param packets closed by this, unless it fails
   * @param codecs names of FFmpeg's decoders that may be used, with commas between
   */
  PictureReader(PacketSource packets, String codecs, VideoSource.Wish wish) throws SourceException {
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
    decoder = new VideoDecoder(packets, codecs, onProcessor ? Optional.empty() : wish.device());
    errors = 0;
    emptying = false;
    fed = false;
    proven = false;
  }

  /**
   * Does a piece of work; empty when more is needed to come to anything.
   *
   * @param late the fault when the deadline passes
   */
  Optional<Step> step(Fault late) throws SourceException {
    if (errors >= MOST_ERRORS) {
      reopen();
    }
    if (!motionJpeg) {
      Optional<Step> picture = receive();
      if (picture.isPresent()) {
        return picture;
      }
    }
    decoded = false;
    return switch (feed.read(late)) {
      case NOTHING -> Optional.empty();
      case SPARED -> Optional.of(Step.SPARED);
      case LEFT_OUT -> {
        if (fed) {
          // What it still holds back is older than what was left out.
          forget();
        }
        yield Optional.of(Step.LEFT_OUT);
      }
      case END -> {
        if (motionJpeg) {
          yield Optional.of(Step.END);
        }
        // The decoder still holds pictures: it gives them, then says the end itself.
        decoder.drain();
        yield Optional.empty();
      }
      case NEEDED -> decode();
    };
  }

  private Optional<Step> decode() throws SourceException {
    if (feed.parameters().codec_id() != decoder.codec()) {
      openDecoder();
    }
    if (motionJpeg) {
      timestamp = feed.shown();
      return proven || frame().isPresent() ? Optional.of(Step.PICTURE) : Optional.empty();
    }
    fed = true;
    if (decoder.send(feed.packet()) < 0) {
      error();
    } else if (feed.keysOnly()) {
      // The decoder would hold the picture back until it has seen the next one.
      emptying = true;
      decoder.drain();
    }
    feed.release();
    return Optional.empty();
  }

  private Optional<Step> receive() throws SourceException {
    int received = decoder.receive(frame);
    if (received == AVERROR_EAGAIN()) {
      return Optional.empty();
    }
    if (received == AVERROR_EOF && !emptying) {
      return Optional.of(Step.END);
    }
    if (received == AVERROR_EOF) {
      forget();
      return Optional.empty();
    }
    if (received < 0 || frame.decode_error_flags() != 0 || (frame.flags() & FRAME_CORRUPT) != 0) {
      error();
      return Optional.empty();
    }
    errors = 0;
    timestamp = feed.nanos(frame.best_effort_timestamp());
    decoded();
    return Optional.of(Step.PICTURE);
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

  /** A decoder that only errs may have got into a state that it does not leave by itself. */
  private void reopen() throws SourceException {
    // What the hardware cannot decode, the processor may.
    onProcessor = true;
    openDecoder();
    feed.awaitKey();
    reopened++;
  }

  /**
   * The pixels of the picture that {@link #step} came to, as they are to be seen; empty when they
   * turn out damaged.
   */
  Optional<AVFrame> frame() {
    if (!decoded) {
      if (decoder.send(feed.packet()) < 0 || decoder.receive(frame) < 0) {
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

  /** The picture as it came, when it is a JPEG file by itself and is to be seen just so. */
  Optional<EncodedPicture> asItCame() {
    if (!motionJpeg || wish.rotate() != 0 || !decoder.plain()) {
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

  /** When the picture is shown, in nanoseconds, or {@link StreamClock#NO_TIMESTAMP}. */
  long timestamp() {
    return timestamp;
  }

  /** Pictures and packets so far that were damaged, and left out. */
  long damaged() {
    return damaged + feed.damaged();
  }

  /** How often the decoder was opened anew because it only erred. */
  long reopened() {
    return reopened;
  }

  /** What the pictures are made of; for its counts. */
  PacketFeed feed() {
    return feed;
  }

  /** Of the stream's pictures; 0 until one was looked at. */
  int width() {
    return width;
  }

  /** Of the stream's pictures; 0 until one was looked at. */
  int height() {
    return height;
  }

  String codec() {
    return decoder.name();
  }

  /** Goes back to the beginning of a file. */
  void rewind() throws SourceException {
    feed.rewind();
    forget();
  }

  private void forget() {
    emptying = false;
    fed = false;
    decoder.flush();
  }

  private void closeDecoder() {
    if (decoder != null) {
      decoder.close();
      decoder = null;
    }
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
