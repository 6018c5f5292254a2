package org.facestream.ingest.source;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.facestream.ingest.source.packet.FfmpegLog;

/** Writes small video files: a red picture whose left half is getting darker. */
public final class TestVideo {
  private TestVideo() {}

  /** Paints the picture of that number into a frame of 4:2:0. */
  public interface Painter {
    void paint(AVFrame frame, int index);
  }

  /**
   * How a file is encoded.
   *
   * @param bFrames the most B-frames between two others
   * @param gop pictures from one key frame to the next
   * @param start timestamp of the first picture, in pictures
   * @param pixelWidth of a pixel, by the codec, in the unit of its height
   * @param pixelHeight of a pixel, by the codec; 0 where the codec does not say
   */
  public record Coding(int bFrames, int gop, long start, int pixelWidth, int pixelHeight) {
    public static final Coding USUAL = new Coding(0, 10, 0);

    public Coding(int bFrames, int gop, long start) {
      this(bFrames, gop, start, 0, 1);
    }
  }

  /**
   * Writes a file whose container follows from its name.
   *
   * @param codec FFmpeg's name of an encoder, such as {@code libopenh264}, {@code mpeg4} or {@code
   *     mjpeg}
   */
  public static Path write(Path file, String codec, int width, int height, int fps, int frames) {
    Painter darker = (frame, index) -> paint(frame, index, frames);
    return write(file, codec, width, height, fps, frames, Coding.USUAL, darker);
  }

  public static Path write(
      Path file,
      String codec,
      int width,
      int height,
      int fps,
      int frames,
      Coding coding,
      Painter painter) {
    return write(file, codec, width, height, fps, frames, coding, painter, stream -> {});
  }

  /**
   * The same.
   *
   * @param declaring adds to what the container says of the video
   */
  public static Path write(
      Path file,
      String codec,
      int width,
      int height,
      int fps,
      int frames,
      Coding coding,
      Painter painter,
      Consumer<AVStream> declaring) {
    AVFormatContext format = new AVFormatContext(null);
    check(avformat_alloc_output_context2(format, null, (String) null, file.toString()));
    AVCodec encoder = avcodec_find_encoder_by_name(codec);
    if (encoder == null) {
      throw new IllegalStateException("FFmpeg has no encoder " + codec);
    }
    AVCodecContext context = avcodec_alloc_context3(encoder);
    boolean motionJpeg = codec.equals("mjpeg");
    context.width(width).height(height).time_base(av_make_q(1, fps)).framerate(av_make_q(fps, 1));
    context.pix_fmt(motionJpeg ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P);
    context
        .gop_size(coding.gop())
        .max_b_frames(coding.bFrames())
        .bit_rate(2_000_000)
        .thread_count(1);
    context.sample_aspect_ratio(av_make_q(coding.pixelWidth(), coding.pixelHeight()));
    if ((format.oformat().flags() & AVFMT_GLOBALHEADER) != 0) {
      context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    check(avcodec_open2(context, encoder, (AVDictionary) null));
    AVStream stream = avformat_new_stream(format, null);
    stream.time_base(context.time_base());
    check(avcodec_parameters_from_context(stream.codecpar(), context));
    declaring.accept(stream);
    AVIOContext output = new AVIOContext(null);
    check(avio_open(output, file.toString(), AVIO_FLAG_WRITE));
    format.pb(output);
    check(avformat_write_header(format, (AVDictionary) null));
    AVFrame frame = av_frame_alloc();
    frame.format(context.pix_fmt()).width(width).height(height);
    check(av_frame_get_buffer(frame, 0));
    AVPacket packet = av_packet_alloc();
    for (int i = 0; i < frames; i++) {
      check(av_frame_make_writable(frame));
      painter.paint(frame, i);
      frame.pts(coding.start() + i);
      check(avcodec_send_frame(context, frame));
      drain(context, packet, format, stream);
    }
    check(avcodec_send_frame(context, null));
    drain(context, packet, format, stream);
    check(av_write_trailer(format));
    av_packet_free(packet);
    av_frame_free(frame);
    avcodec_free_context(context);
    avio_closep(output);
    avformat_free_context(format);
    return file;
  }

  private static void drain(
      AVCodecContext context, AVPacket packet, AVFormatContext format, AVStream stream) {
    while (avcodec_receive_packet(context, packet) >= 0) {
      // Without a duration the last picture of an MP4 would be shown for no time, and left out.
      packet.duration(1);
      av_packet_rescale_ts(packet, context.time_base(), stream.time_base());
      packet.stream_index(0);
      check(av_interleaved_write_frame(format, packet));
    }
  }

  private static void paint(AVFrame frame, int index, int frames) {
    // Red of BT.601; the chroma stays, the left half's luma falls.
    plane(frame, 0, frame.width(), frame.height(), 81);
    plane(frame, 0, frame.width() / 2, frame.height(), 81 - 40 * index / frames);
    plane(frame, 1, frame.width() / 2, frame.height() / 2, 90);
    plane(frame, 2, frame.width() / 2, frame.height() / 2, 240);
  }

  /** A grey scene, in which a lighter square of an eighth of its width stands at that place. */
  public static void square(AVFrame frame, int x, int y) {
    int side = frame.width() / 8;
    plane(frame, 0, frame.width(), frame.height(), 90);
    plane(frame, 1, frame.width() / 2, frame.height() / 2, 128);
    plane(frame, 2, frame.width() / 2, frame.height() / 2, 128);
    if (x >= 0) {
      box(frame, 0, x, y, side, side, 170);
    }
  }

  /** Noise, of which nothing can be foreseen. */
  static void noise(AVFrame frame, java.util.Random random) {
    byte[] row = new byte[frame.width()];
    for (int y = 0; y < frame.height(); y++) {
      random.nextBytes(row);
      frame.data(0).position((long) y * frame.linesize(0)).put(row, 0, row.length);
    }
    frame.data(0).position(0);
  }

  /** Red of BT.601 in limited range. */
  public static void red(AVFrame frame, int index) {
    plane(frame, 0, frame.width(), frame.height(), 81);
    plane(frame, 1, frame.width() / 2, frame.height() / 2, 90);
    plane(frame, 2, frame.width() / 2, frame.height() / 2, 240);
  }

  /** Four quarters, grey of 40, 100, 160 and 220 from the upper left to the lower right. */
  public static void quarters(AVFrame frame) {
    int width = frame.width() / 2;
    int height = frame.height() / 2;
    plane(frame, 1, width, height, 128);
    plane(frame, 2, width, height, 128);
    for (int i = 0; i < 4; i++) {
      box(frame, 0, i % 2 * width, i / 2 * height, width, height, 40 + 60 * i);
    }
  }

  private static void plane(AVFrame frame, int plane, int width, int height, int value) {
    box(frame, plane, 0, 0, width, height, value);
  }

  private static void box(
      AVFrame frame, int plane, int left, int top, int width, int height, int value) {
    BytePointer data = frame.data(plane);
    byte[] row = new byte[width];
    java.util.Arrays.fill(row, (byte) value);
    for (int y = top; y < top + height; y++) {
      data.position((long) y * frame.linesize(plane) + left).put(row, 0, width);
    }
    data.position(0);
  }

  private static void check(int result) {
    if (result < 0) {
      throw new IllegalStateException(FfmpegLog.describe(result));
    }
  }
}
