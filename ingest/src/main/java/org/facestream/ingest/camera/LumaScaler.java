package org.facestream.ingest.camera;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.swscale.SWS_AREA;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Makes decoded frames small and grey. Each pixel is the mean of those that it stands for, so that
 * a sensor's noise goes away. One thread uses it.
 */
final class LumaScaler implements AutoCloseable {
  /** Wide enough for a face of a fortieth of the picture's width, and cheap. */
  static final int WIDTH = 160;

  private static final int MOST_ROWS = 640;

  private record Conversion(int width, int height, int format) {}

  private final PointerPointer<BytePointer> planes = new PointerPointer<>(4);
  private final IntPointer strides = new IntPointer(4);
  private Conversion conversion;
  private SwsContext scaler;
  private BytePointer grey;
  private int rows;

  Luma scale(AVFrame frame) {
    Conversion wanted = new Conversion(frame.width(), frame.height(), frame.format());
    if (!wanted.equals(conversion)) {
      prepare(wanted);
    }
    sws_scale(scaler, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
    byte[] pixels = new byte[WIDTH * rows];
    grey.get(pixels);
    return new Luma(WIDTH, rows, pixels);
  }

  private void prepare(Conversion wanted) {
    free();
    long proportional = Math.round((double) wanted.height() * WIDTH / wanted.width());
    rows = (int) Math.max(1, Math.min(MOST_ROWS, proportional));
    scaler =
        sws_getContext(
            wanted.width(),
            wanted.height(),
            wanted.format(),
            WIDTH,
            rows,
            AV_PIX_FMT_GRAY8,
            SWS_AREA,
            null,
            null,
            (DoublePointer) null);
    if (scaler == null) {
      throw new IllegalStateException("no conversion from pixel format " + wanted.format());
    }
    grey = new BytePointer((long) WIDTH * rows);
    planes.put(0, grey);
    strides.put(0, WIDTH);
    conversion = wanted;
  }

  private void free() {
    conversion = null;
    if (scaler != null) {
      sws_freeContext(scaler);
      scaler = null;
    }
    if (grey != null) {
      grey.close();
      grey = null;
    }
  }

  @Override
  public void close() {
    free();
    planes.close();
    strides.close();
  }
}
