package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_PAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_RGB;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ422P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ440P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ444P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_copy_props;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_move_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_remove_side_data;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;

import java.util.Locale;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.frame.Orientation;
import org.facestream.ingest.frame.PixelScaler;

/**
 * Turns decoded frames upright, so that all later steps, including masks, use the picture that
 * people see. An upright frame costs nothing. One thread uses it.
 */
public final class FrameTurner implements AutoCloseable {
  private final PixelScaler scaler = new PixelScaler(SWS_BILINEAR, false);

  /** Turns a frame in place. */
  public void turn(AVFrame frame, Orientation orientation) {
    if (orientation.equals(Orientation.UPRIGHT)) {
      return;
    }
    int format = turnable(frame.format());
    // A picture that is stored from the bottom up has a negative row length.
    boolean asItIs = format == frame.format() && frame.linesize(0) > 0;
    AVFrame straight = asItIs ? frame : converted(frame, format);
    AVFrame turned = null;
    try {
      turned =
          orientation.transposed()
              ? like(frame, format, frame.height(), frame.width())
              : like(frame, format, frame.width(), frame.height());
      int planes = format == AV_PIX_FMT_BGR24 || format == AV_PIX_FMT_GRAY8 ? 1 : 3;
      for (int plane = 0; plane < planes; plane++) {
        turn(straight, turned, plane, orientation);
      }
      if (orientation.transposed()) {
        int across = frame.sample_aspect_ratio().num();
        turned.sample_aspect_ratio().num(frame.sample_aspect_ratio().den()).den(across);
      }
      av_frame_remove_side_data(turned, AV_FRAME_DATA_DISPLAYMATRIX);
      av_frame_unref(frame);
      av_frame_move_ref(frame, turned);
    } finally {
      if (straight != frame) {
        av_frame_free(straight);
      }
      if (turned != null) {
        av_frame_free(turned);
      }
    }
  }

  /** A format with the same colours and range whose planes can be turned separately. */
  private static int turnable(int format) {
    if (format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_GRAY8) {
      return format;
    }
    if (format == AV_PIX_FMT_YUVJ422P
        || format == AV_PIX_FMT_YUVJ440P
        || format == AV_PIX_FMT_YUVJ444P) {
      return AV_PIX_FMT_YUVJ420P;
    }
    AVPixFmtDescriptor pixels = av_pix_fmt_desc_get(format);
    boolean colours =
        pixels != null && (pixels.flags() & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
    return colours ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_YUV420P;
  }

  private AVFrame converted(AVFrame frame, int format) {
    AVFrame converted = like(frame, format, frame.width(), frame.height());
    try {
      scaler.prepare(frame, frame.width(), frame.height(), format);
      scaler.scale(frame, converted.data(), converted.linesize());
      return converted;
    } catch (RuntimeException | Error failed) {
      av_frame_free(converted);
      throw failed;
    }
  }

  private static AVFrame like(AVFrame frame, int format, int width, int height) {
    AVFrame room = av_frame_alloc();
    if (room == null
        || av_frame_copy_props(room, frame) < 0
        || av_frame_get_buffer(room.format(format).width(width).height(height), 0) < 0) {
      av_frame_free(room);
      throw new OutOfMemoryError(
          String.format(Locale.ROOT, "no memory for a frame of %d x %d", width, height));
    }
    return room;
  }

  private static void turn(AVFrame from, AVFrame into, int plane, Orientation orientation) {
    try (Mat source = mat(from, plane);
        Mat target = mat(into, plane)) {
      orientation.turn(source, target);
    }
  }

  private static Mat mat(AVFrame frame, int plane) {
    boolean half = plane > 0;
    return new Mat(
        half ? (frame.height() + 1) / 2 : frame.height(),
        half ? (frame.width() + 1) / 2 : frame.width(),
        frame.format() == AV_PIX_FMT_BGR24 ? opencv_core.CV_8UC3 : opencv_core.CV_8UC1,
        frame.data(plane),
        frame.linesize(plane));
  }

  @Override
  public void close() {
    scaler.close();
  }
}
