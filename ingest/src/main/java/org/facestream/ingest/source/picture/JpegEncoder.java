package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;

import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.facestream.ingest.frame.PixelScaler;
import org.jspecify.annotations.Nullable;

/**
 * Scales decoded frames, applies masks, and encodes JPEGs, in one pass from the decoder's format to
 * the encoder's. It reuses its buffers, and adapts when the stream changes its size or format. One
 * thread uses it.
 */
public final class JpegEncoder implements AutoCloseable {
  private static final int VECTOR = 64;

  private final PointerPointer<BytePointer> planes = new PointerPointer<>(4);
  private final IntPointer strides = new IntPointer(4);
  private final PrivacyMasks painter = new PrivacyMasks();
  private final PixelScaler scaler = new PixelScaler(SWS_BILINEAR, true);
  private @Nullable Mat room;
  private @Nullable Mat bgr;

  /** The frame, masked, as JPEG. */
  public EncodedPicture encode(AVFrame frame, Look look) {
    return encode(
        frame, look.maxWidth(), look.quality(), picture -> painter.paint(picture, look.masks()));
  }

  /**
   * The same with masks.
   *
   * @param painting applies the masks
   */
  public EncodedPicture encode(AVFrame frame, int maxWidth, int quality, Consumer<Mat> painting) {
    DisplaySize size = DisplaySize.of(frame).within(maxWidth);
    int width = size.width();
    int height = size.height();
    if (scaler.prepare(frame, width, height, AV_PIX_FMT_BGR24) || bgr == null) {
      free();
      // swscale writes whole vectors, beyond the end of a row whose width is not a multiple of
      // theirs.
      room = new Mat(height + 1, (width + VECTOR - 1) / VECTOR * VECTOR, opencv_core.CV_8UC3);
      try (Rect picture = new Rect(0, 0, width, height)) {
        bgr = new Mat(room, picture);
      }
      planes.put(0, bgr.data());
      strides.put(0, (int) bgr.step());
    }
    scaler.scale(frame, planes, strides);
    painting.accept(bgr);
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

  private void free() {
    if (bgr != null && room != null) {
      bgr.close();
      bgr = null;
      room.close();
    }
  }

  @Override
  public void close() {
    scaler.close();
    free();
    painter.close();
    planes.close();
    strides.close();
  }
}
