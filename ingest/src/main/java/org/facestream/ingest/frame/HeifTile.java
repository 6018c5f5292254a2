package org.facestream.ingest.frame;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_AV1;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.swscale.SWS_AREA;

import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/** Decodes the tiles of one HEIC or AVIF picture, optionally scaled down. One thread uses it. */
final class HeifTile implements AutoCloseable {
  private static final Set<String> ALLOWED = Set.of("hevc", "libdav1d", "libaom-av1", "mjpeg");
  private static final int VECTOR = 64;

  private final int reduction;
  private final long mostPixels;
  private final AVFrame frame = av_frame_alloc();
  private final PixelScaler scaler = new PixelScaler(SWS_AREA, true);

  /**
   * @param reduction width and height are divided by this
   * @param mostPixels maximum size of a tile
   */
  HeifTile(int reduction, long mostPixels) {
    this.reduction = reduction;
    // A tile of a grid may extend beyond the picture.
    this.mostPixels = mostPixels + (1 << 20);
  }

  /**
   * Decodes a part.
   *
   * @return RGB; the caller closes it
   * @throws UnreadablePictureException with reason {@code corrupt-picture} or {@code not-a-picture}
   */
  Mat decode(AVCodecParameters parameters, AVPacket packet) throws UnreadablePictureException {
    AVCodecContext context = open(parameters);
    try {
      avcodec_send_packet(context, packet);
      avcodec_send_packet(context, (AVPacket) null);
      if (avcodec_receive_frame(context, frame) < 0 || frame.decode_error_flags() != 0) {
        throw new UnreadablePictureException("corrupt-picture", "it is incomplete or damaged");
      }
      return rgb();
    } finally {
      avcodec_free_context(context);
    }
  }

  private AVCodecContext open(AVCodecParameters parameters) throws UnreadablePictureException {
    AVCodec codec = avcodec_find_decoder(parameters.codec_id());
    if (parameters.codec_id() == AV_CODEC_ID_AV1 && !allowed(codec)) {
      // FFmpeg's own AV1 decoder needs hardware.
      codec = avcodec_find_decoder_by_name("libaom-av1");
    }
    if (!allowed(codec)) {
      throw new UnreadablePictureException(
          "not-a-picture", "FFmpeg cannot decode its encoding; save it as a JPEG");
    }
    AVCodecContext context = avcodec_alloc_context3(codec);
    int copied = avcodec_parameters_to_context(context, parameters);
    context.thread_count(1);
    context.max_pixels(mostPixels);
    if (copied < 0 || avcodec_open2(context, codec, (AVDictionary) null) < 0) {
      avcodec_free_context(context);
      throw new UnreadablePictureException("corrupt-picture", "its header is damaged");
    }
    return context;
  }

  private static boolean allowed(AVCodec codec) {
    return codec != null && !codec.isNull() && ALLOWED.contains(codec.name().getString());
  }

  private Mat rgb() {
    int width = HeifPicture.divided(frame.width(), reduction);
    int height = HeifPicture.divided(frame.height(), reduction);
    // swscale writes whole vectors, beyond the end of a row whose width is not a multiple of
    // theirs.
    Mat room = new Mat(height + 1, (width + VECTOR - 1) / VECTOR * VECTOR, opencv_core.CV_8UC3);
    try (room;
        Rect part = new Rect(0, 0, width, height);
        Mat view = new Mat(room, part);
        PointerPointer<BytePointer> planes = new PointerPointer<>(4);
        IntPointer strides = new IntPointer(4)) {
      planes.put(0, room.data());
      strides.put(0, (int) room.step());
      scaler.prepare(frame, width, height, AV_PIX_FMT_RGB24);
      scaler.scale(frame, planes, strides);
      return view.clone();
    }
  }

  @Override
  public void close() {
    av_frame_free(frame);
    scaler.close();
  }
}
