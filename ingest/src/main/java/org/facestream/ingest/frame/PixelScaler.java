package org.facestream.ingest.frame;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.swscale.SWS_CS_DEFAULT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import java.util.Objects;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * FFmpeg's scaler, configured for frames of one kind, and again when a stream changes. One thread
 * uses it.
 */
public final class PixelScaler implements AutoCloseable {
  /** The parameters of the scaler. */
  private record Conversion(
      int width,
      int height,
      int format,
      int range,
      int space,
      int toWidth,
      int toHeight,
      int toFormat) {}

  private final int filter;
  private final boolean colours;
  private @Nullable Conversion conversion;
  private @Nullable SwsContext context;

  /**
   * @param filter one of FFmpeg's, such as {@code SWS_BILINEAR}
   * @param colours whether to apply the frame's matrix and range, for an RGB target; otherwise
   *     values are not converted
   */
  public PixelScaler(int filter, boolean colours) {
    this.filter = filter;
    this.colours = colours;
  }

  /**
   * Configures it for a frame.
   *
   * @return whether anything differs from the frame before, so that the target must change too
   */
  public boolean prepare(AVFrame frame, int toWidth, int toHeight, int toFormat) {
    Conversion wanted =
        new Conversion(
            frame.width(),
            frame.height(),
            frame.format(),
            frame.color_range(),
            frame.colorspace(),
            toWidth,
            toHeight,
            toFormat);
    if (wanted.equals(conversion)) {
      return false;
    }
    close();
    context =
        sws_getContext(
            wanted.width(),
            wanted.height(),
            wanted.format(),
            toWidth,
            toHeight,
            toFormat,
            filter,
            null,
            null,
            (DoublePointer) null);
    if (context == null) {
      throw new IllegalStateException("no conversion from pixel format " + wanted.format());
    }
    if (colours) {
      sws_setColorspaceDetails(
          context,
          sws_getCoefficients(wanted.space()),
          wanted.range() == AVCOL_RANGE_JPEG ? 1 : 0,
          sws_getCoefficients(SWS_CS_DEFAULT),
          1,
          0,
          1 << 16,
          1 << 16);
    }
    conversion = wanted;
    return true;
  }

  /**
   * Scales a frame of the kind given to {@link #prepare} into memory of the size and format given
   * there.
   */
  public void scale(AVFrame frame, PointerPointer<?> planes, IntPointer strides) {
    Conversion prepared = Objects.requireNonNull(conversion, "prepare() comes first");
    int rows =
        sws_scale(context, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
    if (rows != prepared.toHeight()) {
      throw new IllegalStateException(
          "the scaler made " + rows + " rows of " + prepared.toHeight());
    }
  }

  /** May be used again after this. */
  @Override
  public void close() {
    conversion = null;
    if (context != null) {
      sws_freeContext(context);
      context = null;
    }
  }
}
