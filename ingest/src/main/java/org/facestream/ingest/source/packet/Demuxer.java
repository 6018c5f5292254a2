package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avcodec.AVDISCARD_ALL;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_BACKWARD;
import static org.bytedeco.ffmpeg.global.avformat.AV_DISPOSITION_ATTACHED_PIC;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_seek_file;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_INVALIDDATA;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_strdup;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;

/**
 * An open connection or file, and the one video stream in it. Formats, protocols and decoders are
 * pinned as the {@link SourceUrl.Kind} says. One thread opens, reads and closes it.
 */
public final class Demuxer implements PacketSource {
  private static final Duration GOODBYE = Duration.ofMillis(500);

  /** Size of the receive buffer for datagrams: a whole key frame arrives at once. */
  private static final String DATAGRAM_BUFFER = String.valueOf(2 << 20);

  private final SourceUrl url;
  private final CallDeadline deadline;
  private final AVFormatContext format;
  private int stream;

  /** Number of streams checked so far. */
  private int known;

  /**
   * Opens within that time. Close the deadline after this.
   *
   * @throws SourceException when there is no video
   */
  public Demuxer(SourceUrl url, CallDeadline deadline, Duration connect) throws SourceException {
    FfmpegLog.route();
    this.url = url;
    this.deadline = deadline;
    deadline.arm(connect);
    format = open(url, deadline);
    try {
      select();
    } catch (SourceException | RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  private static AVFormatContext open(SourceUrl url, CallDeadline deadline) throws SourceException {
    SourceUrl.Kind kind = url.kind();
    AVFormatContext context = avformat_alloc_context();
    AVDictionary options = new AVDictionary(null);
    try (BytePointer protocols = new BytePointer(kind.protocols())) {
      // FFmpeg frees its copy together with the context.
      context.protocol_whitelist(av_strdup(protocols));
      deadline.watch(context, kind.protocolsOnceConnected());
      av_dict_set(options, "format_whitelist", kind.formats(), 0);
      if (!kind.codecs().equals(SourceUrl.ANY)) {
        av_dict_set(options, "codec_whitelist", kind.codecs(), 0);
      }
      AVInputFormat pinned = null;
      if (url.live()) {
        pinned = av_find_input_format("rtsp");
        av_dict_set(options, "rtsp_transport", kind.transport(), 0);
        av_dict_set(options, "buffer_size", DATAGRAM_BUFFER, 0);
        av_dict_set(options, "allowed_media_types", "video", 0);
      }
      // A failed open frees its context.
      int opened = avformat_open_input(context, url.target(), pinned, options);
      if (opened < 0) {
        throw failure(
            deadline,
            opened,
            Fault.CONNECT_TIMEOUT,
            !url.live()
                ? Fault.BAD_ANSWER
                : hostIsKnown(url) ? Fault.UNREACHABLE : Fault.UNKNOWN_HOST);
      }
      return context;
    } finally {
      av_dict_free(options);
      options.close();
    }
  }

  /** FFmpeg reports only an input/output error for a name that does not resolve. */
  private static boolean hostIsKnown(SourceUrl url) {
    Optional<String> host = url.host();
    try {
      return host.isEmpty() || InetAddress.getByName(host.get()) != null;
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  private void select() throws SourceException {
    if (!url.live()) {
      // RTSP describes a camera's stream; probing it would only delay its first picture.
      int looked = avformat_find_stream_info(format, (AVDictionary) null);
      if (looked < 0) {
        throw failure(deadline, looked, Fault.CONNECT_TIMEOUT, Fault.BAD_ANSWER);
      }
    }
    stream = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    // The cover picture of a recording is not its video.
    if (stream < 0 || (format.streams(stream).disposition() & AV_DISPOSITION_ATTACHED_PIC) != 0) {
      throw new SourceException(Fault.NO_VIDEO, "only sound or other data");
    }
    known = format.nb_streams();
    for (int i = 0; i < known; i++) {
      if (i != stream) {
        format.streams(i).discard(AVDISCARD_ALL);
      }
    }
  }

  @Override
  public AVCodecParameters parameters() {
    return format.streams(stream).codecpar();
  }

  @Override
  public double nanosPerTick() {
    AVRational tick = format.streams(stream).time_base();
    return 1e9 * tick.num() / tick.den();
  }

  @Override
  public AVRational pixelShape() {
    return format.streams(stream).sample_aspect_ratio();
  }

  @Override
  public Optional<Instant> created() {
    AVDictionaryEntry entry = av_dict_get(format.metadata(), "creation_time", null, 0);
    if (url.live() || entry == null) {
      return Optional.empty();
    }
    try {
      // An unset value is 1904 or 1970.
      return Optional.of(Instant.parse(entry.value().getString()))
          .filter(time -> time.isAfter(Instant.EPOCH));
    } catch (DateTimeParseException another) {
      return Optional.empty();
    }
  }

  @Override
  public Next read(AVPacket packet, Fault late) throws SourceException {
    int read = av_read_frame(format, packet);
    if (read >= 0) {
      return packet.stream_index() == stream || takesOver(packet.stream_index())
          ? Next.PICTURE
          : Next.NOTHING;
    }
    if (read == AVERROR_INVALIDDATA) {
      return Next.DAMAGED;
    }
    if (read != AVERROR_EOF) {
      throw failure(deadline, read, late, Fault.INPUT_OUTPUT);
    }
    if (url.live()) {
      throw new SourceException(Fault.ENDED);
    }
    return Next.END;
  }

  /** Whether a stream that appeared later is the video from now on. */
  private boolean takesOver(int index) {
    if (index < known || format.streams(index).codecpar().codec_type() != AVMEDIA_TYPE_VIDEO) {
      return false;
    }
    format.streams(stream).discard(AVDISCARD_ALL);
    stream = index;
    known = index + 1;
    return true;
  }

  @Override
  public void rewind() throws SourceException {
    int sought = avformat_seek_file(format, -1, Long.MIN_VALUE, 0, 0, AVSEEK_FLAG_BACKWARD);
    if (sought < 0) {
      throw new SourceException(Fault.INPUT_OUTPUT, FfmpegLog.describe(sought));
    }
  }

  private static SourceException failure(
      CallDeadline deadline, int error, Fault late, Fault otherwise) {
    if (deadline.stopped()) {
      return new SourceException(Fault.STOPPED);
    }
    if (deadline.expired()) {
      return new SourceException(late);
    }
    Fault fault = FfmpegFaults.of(error).orElse(otherwise);
    if (otherwise == Fault.BAD_ANSWER && fault == otherwise) {
      return new SourceException(fault, "it is not a video file, or its kind is not supported");
    }
    if (FfmpegFaults.refusedToGoOn(error)) {
      // A redirection ends here, see CallDeadline.watch.
      return new SourceException(fault, "it may redirect elsewhere, which is not followed");
    }
    boolean tells = fault == otherwise && fault != Fault.UNKNOWN_HOST;
    return new SourceException(fault, tells ? FfmpegLog.describe(error) : "");
  }

  /** Closes the connection to a camera, within a short time. */
  @Override
  public void close() {
    deadline.armForClosing(GOODBYE);
    avformat_close_input(format);
  }
}
