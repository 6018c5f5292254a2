package org.facestream.deploy.lab.simulation.rtsp;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import java.io.IOException;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** Someone else's RTSP client: FFmpeg, with a bound of five seconds on every read. */
public final class Viewer implements AutoCloseable {
  private final AVFormatContext input;
  private final AVCodecContext decoder;
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();

  /**
   * Connects and learns the format.
   *
   * @param transport {@code tcp} or {@code udp}, or empty: what FFmpeg tries by itself
   */
  public Viewer(String url, String transport) throws IOException {
    AVFormatContext opening = avformat_alloc_context();
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "timeout", "5000000", 0);
    av_dict_set(options, "analyzeduration", "1000000", 0);
    // It would watch twenty pictures only to learn how many come in a second.
    av_dict_set(options, "fpsprobesize", "0", 0);
    if (!transport.isEmpty()) {
      av_dict_set(options, "rtsp_transport", transport, 0);
    }
    int opened = avformat_open_input(opening, url, null, options);
    av_dict_free(options);
    if (opened < 0) {
      throw new IOException("the server refused: " + opened);
    }
    input = opening;
    avformat_find_stream_info(input, (AVDictionary) null);
    decoder = avcodec_alloc_context3(avcodec_find_decoder(input.streams(0).codecpar().codec_id()));
    avcodec_parameters_to_context(decoder, input.streams(0).codecpar());
    decoder.thread_count(1);
    avcodec_open2(decoder, decoder.codec(), (AVDictionary) null);
  }

  /** Reads until a picture was decoded. */
  public Seen next() throws IOException {
    while (avcodec_receive_frame(decoder, frame) < 0) {
      int read = av_read_frame(input, packet);
      if (read < 0) {
        throw new IOException("the stream ended: " + read);
      }
      avcodec_send_packet(decoder, packet);
      av_packet_unref(packet);
    }
    double seconds =
        frame.pts()
            * (double) input.streams(0).time_base().num()
            / input.streams(0).time_base().den();
    return new Seen(frame.width(), frame.height(), seconds, frame.decode_error_flags());
  }

  /** Capture time of timestamp 0 as the sender reports tell it, microseconds since 1970. */
  long realTimeMicros() {
    return input.start_time_realtime();
  }

  @Override
  public void close() {
    av_packet_free(packet);
    av_frame_free(frame);
    avcodec_free_context(decoder);
    avformat_close_input(input);
  }

  public record Seen(int width, int height, double seconds, int errors) {}
}
