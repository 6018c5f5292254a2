package org.facestream.ingest.camera;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_flush_buffers;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_INVALIDDATA;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.frame.Picture;

/**
 * The pictures of one video stream, straight from FFmpeg's demuxers and decoders. One thread opens,
 * reads and closes it.
 *
 * <pre>
 * try (VideoSource source = VideoSource.open(file)) {
 *   while (source.next()) {
 *     EncodedPicture picture = source.jpeg(1280, 85);
 *   }
 * }
 * </pre>
 *
 * Every call is bounded in time. Motion JPEG is decoded only when {@link #jpeg} needs it.
 */
public final class VideoSource implements AutoCloseable {
  /** The stream gives no timestamp for the picture. */
  public static final long NO_TIMESTAMP = Long.MIN_VALUE;

  /** FFmpeg's AV_FRAME_FLAG_CORRUPT, which JavaCV's presets leave out. */
  private static final int FRAME_CORRUPT = 1;

  /**
   * How long a source may take.
   *
   * @param connect to open it, up to the agreement on a stream
   * @param firstFrame from there to the first picture
   * @param read from one picture to the next
   */
  record Patience(Duration connect, Duration firstFrame, Duration read) {}

  private final SourceUrl url;
  private final Patience patience;
  private final CallDeadline deadline;
  private final boolean ownsDeadline;
  private final JpegEncoder encoder = new JpegEncoder();

  private Demuxer demuxer;
  private AVCodecContext decoder;
  private AVPacket packet;
  private AVFrame frame;
  private double nanosPerTick;
  private boolean motionJpeg;
  private boolean begun;
  private boolean current;
  private boolean packetHeld;
  private boolean skipping;
  private boolean closed;
  private long timestamp = NO_TIMESTAMP;
  private long damaged;
  private long skipped;
  private long bytes;
  private int width;
  private int height;

  private enum Step {
    PICTURE,
    MORE,
    END
  }

  private VideoSource(
      SourceUrl url, Patience patience, CallDeadline deadline, boolean ownsDeadline) {
    this.url = url;
    this.patience = patience;
    this.deadline = deadline;
    this.ownsDeadline = ownsDeadline;
  }

  /**
   * Loads the native libraries. They are loaded under locks of the whole process, which may take
   * seconds: better before the first camera runs than under all of them.
   */
  static void loadLibraries() {
    FfmpegLog.route();
    Loader.load(org.bytedeco.ffmpeg.global.avformat.class);
    Loader.load(org.bytedeco.ffmpeg.global.swscale.class);
    try (Mat black = new Mat(8, 8, opencv_core.CV_8UC3)) {
      Picture.jpeg(black, 85);
    }
  }

  /** Opens a video file, to be read as fast as possible. */
  public static VideoSource open(Path file) throws SourceException {
    Duration minute = Duration.ofMinutes(1);
    return open(
        new VideoSource(
            SourceUrl.file(file), new Patience(minute, minute, minute), new CallDeadline(), true));
  }

  /** Opens a source whose calls another thread may end by the deadline's {@code stop}. */
  static VideoSource open(SourceUrl url, Patience patience, CallDeadline deadline)
      throws SourceException {
    return open(new VideoSource(url, patience, deadline, false));
  }

  private static VideoSource open(VideoSource source) throws SourceException {
    try {
      source.demuxer = new Demuxer(source.url, source.deadline, source.patience.connect());
      source.openDecoder();
      source.deadline.arm(source.patience.firstFrame());
      return source;
    } catch (SourceException | RuntimeException | Error failed) {
      source.close();
      throw failed;
    }
  }

  private void openDecoder() throws SourceException {
    AVStream video = demuxer.video();
    nanosPerTick = 1e9 * video.time_base().num() / video.time_base().den();
    motionJpeg = video.codecpar().codec_id() == AV_CODEC_ID_MJPEG;
    AVCodec codec = avcodec_find_decoder(video.codecpar().codec_id());
    if (codec == null || !(',' + url.kind().codecs() + ',').contains(',' + name(codec) + ',')) {
      throw new SourceException(Fault.UNSUPPORTED_CODEC, codec == null ? "" : name(codec));
    }
    decoder = avcodec_alloc_context3(codec);
    int copied = avcodec_parameters_to_context(decoder, video.codecpar());
    decoder.pkt_timebase(video.time_base());
    // Cameras share the processor among each other; frame threads would also delay each picture.
    decoder.thread_count(1);
    decoder.max_pixels(Picture.MOST_FRAME_PIXELS);
    int opened = copied < 0 ? copied : avcodec_open2(decoder, codec, (AVDictionary) null);
    if (opened < 0) {
      throw new SourceException(Fault.DECODE_FAILED, FfmpegLog.describe(opened));
    }
    packet = av_packet_alloc();
    frame = av_frame_alloc();
  }

  private static String name(AVCodec codec) {
    return codec.name().getString();
  }

  /**
   * Goes on to the next picture that is not damaged; false at the end of a file.
   *
   * @throws SourceException when there is none in time, or the source broke
   */
  public boolean next() throws SourceException {
    current = false;
    if (begun) {
      deadline.arm(patience.read());
    }
    Fault late = begun ? Fault.READ_TIMEOUT : Fault.FIRST_FRAME_TIMEOUT;
    long damagedBefore = damaged;
    while (true) {
      if (deadline.stopped()) {
        throw new SourceException(Fault.STOPPED);
      }
      // A source may also talk without end and never show a picture.
      if (deadline.expired()) {
        throw new SourceException(late, damaged > damagedBefore ? "only damaged data" : "");
      }
      switch (motionJpeg ? nextPacket(late) : nextFrame(late)) {
        case PICTURE:
          begun = true;
          current = true;
          return true;
        case END:
          return false;
        case MORE:
          break;
      }
    }
  }

  private Step nextFrame(Fault late) throws SourceException {
    int received = avcodec_receive_frame(decoder, frame);
    if (received >= 0) {
      if (frame.decode_error_flags() != 0 || (frame.flags() & FRAME_CORRUPT) != 0) {
        damaged++;
        return Step.MORE;
      }
      timestamp = nanos(frame.best_effort_timestamp());
      width = frame.width();
      height = frame.height();
      return Step.PICTURE;
    }
    if (received == AVERROR_EOF) {
      return Step.END;
    }
    if (received == AVERROR_INVALIDDATA) {
      damaged++;
    }
    Step read = nextPacket(late);
    if (read == Step.PICTURE && avcodec_send_packet(decoder, packet) < 0) {
      damaged++;
    } else if (read == Step.END) {
      // At the end the decoder still holds pictures: it gives them, then says the end itself.
      avcodec_send_packet(decoder, (AVPacket) null);
    }
    release();
    return Step.MORE;
  }

  /** {@link Step#PICTURE} here means: a packet of the video. */
  private Step nextPacket(Fault late) throws SourceException {
    release();
    switch (demuxer.read(packet, late)) {
      case END:
        return Step.END;
      case DAMAGED:
        damaged++;
        return Step.MORE;
      case OTHER:
        packetHeld = true;
        return Step.MORE;
      case VIDEO:
        break;
    }
    packetHeld = true;
    bytes += packet.size();
    if (skipping && (packet.flags() & AV_PKT_FLAG_KEY) == 0) {
      skipped++;
      return Step.MORE;
    }
    skipping = false;
    if ((packet.flags() & AV_PKT_FLAG_CORRUPT) != 0) {
      damaged++;
      return Step.MORE;
    }
    if (motionJpeg) {
      timestamp = nanos(packet.pts());
    }
    return Step.PICTURE;
  }

  private void release() {
    if (packetHeld) {
      av_packet_unref(packet);
      packetHeld = false;
    }
  }

  private long nanos(long ticks) {
    return ticks == AV_NOPTS_VALUE ? NO_TIMESTAMP : Math.round(ticks * nanosPerTick);
  }

  /** When the picture is shown, in nanoseconds from an arbitrary zero, or {@link #NO_TIMESTAMP}. */
  public long timestamp() {
    return timestamp;
  }

  /** Pictures and packets so far that were damaged, and skipped. */
  public long damaged() {
    return damaged;
  }

  /** Leaves out everything up to the next key frame, for a reader that has fallen behind. */
  void skipAhead() {
    skipping = true;
    avcodec_flush_buffers(decoder);
  }

  /** Packets so far that {@link #skipAhead} left out. */
  long skipped() {
    return skipped;
  }

  /** Bytes of the video so far, as it came. */
  long bytes() {
    return bytes;
  }

  /** Of the stream's pictures, before any scaling; 0 until one was looked at. */
  int width() {
    return width;
  }

  /** Of the stream's pictures, before any scaling; 0 until one was looked at. */
  int height() {
    return height;
  }

  /** The codec's short name, such as {@code h264}. */
  public String codec() {
    return decoder.codec().name().getString();
  }

  /** The same without masks. */
  public Optional<EncodedPicture> jpeg(int maxWidth, int quality) {
    return jpeg(maxWidth, quality, List.of());
  }

  /**
   * The current picture as JPEG; empty when it turns out to be damaged. Motion JPEG that is not
   * wider than asked for is given as it came, whatever its quality, when there is nothing to mask.
   *
   * @param maxWidth a wider picture is scaled to this width
   * @param quality 1 to 100
   * @param masks areas that are made black
   */
  public Optional<EncodedPicture> jpeg(int maxWidth, int quality, List<Polygon> masks) {
    if (!current) {
      throw new IllegalStateException("there is no current picture");
    }
    if (motionJpeg) {
      byte[] bytes = new byte[packet.size()];
      packet.data().get(bytes);
      Optional<EncodedPicture> asItCame =
          MotionJpeg.whole(bytes).filter(picture -> masks.isEmpty() && picture.width() <= maxWidth);
      if (asItCame.isPresent()) {
        return asItCame;
      }
      if (avcodec_send_packet(decoder, packet) < 0 || avcodec_receive_frame(decoder, frame) < 0) {
        damaged++;
        return Optional.empty();
      }
      width = frame.width();
      height = frame.height();
    }
    return Optional.of(encoder.encode(frame, maxWidth, quality, masks));
  }

  /** Goes back to the beginning of a file. */
  public void rewind() throws SourceException {
    release();
    current = false;
    demuxer.rewind();
    avcodec_flush_buffers(decoder);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (packet != null) {
      release();
      av_packet_free(packet);
    }
    if (frame != null) {
      av_frame_free(frame);
    }
    if (decoder != null) {
      avcodec_free_context(decoder);
    }
    if (demuxer != null) {
      demuxer.close();
    }
    encoder.close();
    if (ownsDeadline) {
      deadline.close();
    }
  }
}
