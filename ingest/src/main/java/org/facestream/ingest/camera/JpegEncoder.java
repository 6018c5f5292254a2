package org.facestream.ingest.camera;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.SWS_CS_DEFAULT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Scales decoded frames, blacks out masks, and encodes as JPEG, in one pass from the decoder's
 * format to the encoder's. It keeps its buffers from one frame to the next, and follows a stream
 * that changes its size or format. One thread uses it.
 */
final class JpegEncoder implements AutoCloseable {
  /** Everything the scaler depends on. */
  private record Conversion(
      int width, int height, int format, int range, int space, int toWidth, int toHeight) {}

  private final PointerPointer<BytePointer> planes = new PointerPointer<>(4);
  private final IntPointer strides = new IntPointer(4);
  private final PrivacyMasks painter = new PrivacyMasks();
  private Conversion conversion;
  private SwsContext scaler;
  private Mat bgr;

  EncodedPicture encode(AVFrame frame, int maxWidth, int quality, List<Polygon> masks) {
    int width = Math.min(frame.width(), maxWidth);
    int height =
        width == frame.width()
            ? frame.height()
            : Math.max(1, Math.round((float) frame.height() * width / frame.width()));
    prepare(
        new Conversion(
            frame.width(),
            frame.height(),
            frame.format(),
            frame.color_range(),
            frame.colorspace(),
            width,
            height));
    int rows =
        sws_scale(scaler, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
    if (rows != height) {
      throw new IllegalStateException("the scaler made " + rows + " rows of " + height);
    }
    painter.paint(bgr, masks);
    try (BytePointer out = new BytePointer();
        IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)) {
      if (!opencv_imgcodecs.imencode(".jpg", bgr, out, options)) {
        throw new IllegalStateException("OpenCV could not encode a JPEG");
      }
      byte[] bytes = new byte[Math.toIntExact(out.limit())];
      out.get(bytes);
      return new EncodedPicture(width, height, bytes);
    }
  }

  private void prepare(Conversion wanted) {
    if (wanted.equals(conversion)) {
      return;
    }
    free();
    scaler =
        sws_getContext(
            wanted.width(),
            wanted.height(),
            wanted.format(),
            wanted.toWidth(),
            wanted.toHeight(),
            AV_PIX_FMT_BGR24,
            SWS_BILINEAR,
            null,
            null,
            (DoublePointer) null);
    if (scaler == null) {
      throw new IllegalStateException("no conversion from pixel format " + wanted.format());
    }
    sws_setColorspaceDetails(
        scaler,
        sws_getCoefficients(wanted.space()),
        wanted.range() == AVCOL_RANGE_JPEG ? 1 : 0,
        sws_getCoefficients(SWS_CS_DEFAULT),
        1,
        0,
        1 << 16,
        1 << 16);
    bgr = new Mat(wanted.toHeight(), wanted.toWidth(), opencv_core.CV_8UC3);
    planes.put(0, bgr.data());
    strides.put(0, (int) bgr.step());
    conversion = wanted;
  }

  private void free() {
    conversion = null;
    if (scaler != null) {
      sws_freeContext(scaler);
      scaler = null;
    }
    if (bgr != null) {
      bgr.close();
      bgr = null;
    }
  }

  @Override
  public void close() {
    free();
    painter.close();
    planes.close();
    strides.close();
  }
}
