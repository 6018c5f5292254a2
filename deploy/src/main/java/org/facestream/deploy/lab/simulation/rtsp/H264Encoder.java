package org.facestream.deploy.lab.simulation.rtsp;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_LOW_DELAY;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PROFILE_H264_MAIN;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PICTURE_TYPE_I;
import static org.bytedeco.ffmpeg.global.avutil.AV_PICTURE_TYPE_NONE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.FF_QP2LAMBDA;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * Encodes pictures as H.264 through FFmpeg: no B-frames, a key frame with its parameter sets each
 * second. Not for use by several threads.
 */
public final class H264Encoder implements AutoCloseable {
  /** OpenH264 is in the LGPL builds; the others are what a platform may have instead. */
  private static final List<String> ENCODERS =
      List.of("libopenh264", "libx264", "h264_videotoolbox", "h264_mf");

  private final int width;
  private final int height;
  private final int fps;
  private final AVCodecContext context;
  private final AVFrame frame;
  private final AVPacket packet;
  private final Mat planes = new Mat();
  private long next;
  private @Nullable AccessUnit lastKey;
  private boolean closed;

  /**
   * @param width pixels, even
   * @param height pixels, even
   * @param fps frames per second
   * @param quantiser 0 to 51, less is finer; 18 to 30 is sensible
   * @throws UserError when this FFmpeg has no H.264 encoder
   */
  public H264Encoder(int width, int height, int fps, int quantiser) {
    if (width % 2 != 0 || height % 2 != 0 || width < 2 || height < 2) {
      throw new IllegalArgumentException("H.264 needs even sizes, not " + width + "x" + height);
    }
    this.width = width;
    this.height = height;
    this.fps = fps;
    this.context = open(quantiser);
    this.frame = av_frame_alloc();
    this.packet = av_packet_alloc();
    frame.format(AV_PIX_FMT_YUV420P).width(width).height(height);
    require(av_frame_get_buffer(frame, 0), "a frame buffer");
  }

  /**
   * Encodes the next picture.
   *
   * @param rgb height × width × 3, 8 bits, red first, of this encoder's size
   * @return what the encoder gave for it: one access unit, or none while it looks ahead
   */
  public List<AccessUnit> encode(Mat rgb) {
    if (rgb.cols() != width || rgb.rows() != height) {
      throw new IllegalArgumentException("not a picture of " + width + "x" + height);
    }
    opencv_imgproc.cvtColor(rgb, planes, opencv_imgproc.COLOR_RGB2YUV_I420);
    require(av_frame_make_writable(frame), "a writable frame");
    BytePointer from = planes.data();
    copyPlane(from, 0, width, height, 0);
    copyPlane(from, (long) width * height, width / 2, height / 2, 1);
    copyPlane(from, (long) width * height * 5 / 4, width / 2, height / 2, 2);
    frame.pict_type(next % fps == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE);
    frame.pts(next++);
    require(avcodec_send_frame(context, frame), "the encoder to take a frame");
    return receive();
  }

  /** Ends the stream and returns what the encoder still holds. */
  public List<AccessUnit> finish() {
    require(avcodec_send_frame(context, null), "the encoder to end");
    return receive();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      planes.close();
      av_packet_free(packet);
      av_frame_free(frame);
      avcodec_free_context(context);
    }
  }

  private AVCodecContext open(int quantiser) {
    for (String name : ENCODERS) {
      AVCodec codec = avcodec_find_encoder_by_name(name);
      if (codec == null) {
        continue;
      }
      AVCodecContext candidate = avcodec_alloc_context3(codec);
      candidate.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P);
      candidate.time_base().num(1).den(fps);
      candidate.framerate().num(fps).den(1);
      candidate.gop_size(fps).max_b_frames(0).bit_rate(0).thread_count(1);
      candidate.global_quality(quantiser * FF_QP2LAMBDA);
      candidate.profile(AV_PROFILE_H264_MAIN);
      candidate.flags(candidate.flags() | AV_CODEC_FLAG_LOW_DELAY);
      AVDictionary options = new AVDictionary(null);
      // A steady quality, not a bit rate: OpenH264 keeps a rate by leaving frames out, and the
      // clock of a loop counts every frame.
      av_dict_set(options, "rc_mode", "off", 0);
      int opened = avcodec_open2(candidate, codec, options);
      av_dict_free(options);
      if (opened >= 0) {
        return candidate;
      }
      avcodec_free_context(candidate);
    }
    throw new UserError(
        "this FFmpeg has no H.264 encoder for simulated cameras: use a platform with OpenH264,"
            + " or give cameras of your own");
  }

  private void copyPlane(BytePointer from, long offset, int columns, int rows, int plane) {
    BytePointer to = frame.data(plane);
    int stride = frame.linesize(plane);
    for (int row = 0; row < rows; row++) {
      Pointer.memcpy(
          to.getPointer((long) row * stride),
          from.getPointer(offset + (long) row * columns),
          columns);
    }
  }

  private List<AccessUnit> receive() {
    List<AccessUnit> units = new ArrayList<>();
    while (true) {
      int received = avcodec_receive_packet(context, packet);
      if (received == AVERROR_EAGAIN() || received == AVERROR_EOF()) {
        return units;
      }
      require(received, "the encoder to give a packet");
      byte[] bytes = new byte[packet.size()];
      packet.data().get(bytes);
      av_packet_unref(packet);
      units.add(withParameters(AccessUnit.fromAnnexB(bytes)));
    }
  }

  /** A client that joins at a later key frame needs the parameter sets too. */
  private AccessUnit withParameters(AccessUnit unit) {
    if (!unit.key()) {
      return unit;
    }
    AccessUnit complete = unit;
    if (unit.sequenceParameters() == null && lastKey != null) {
      List<byte[]> units = new ArrayList<>();
      units.add(lastKey.sequenceParameters());
      units.add(lastKey.pictureParameters());
      units.addAll(unit.units());
      complete = new AccessUnit(units);
    }
    lastKey = complete;
    return complete;
  }

  private static void require(int result, String what) {
    if (result < 0) {
      throw new IllegalStateException("FFmpeg did not allow " + what + ": error " + result);
    }
  }
}
