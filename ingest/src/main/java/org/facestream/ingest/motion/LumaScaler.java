package org.facestream.ingest.motion;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.swscale.SWS_AREA;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.facestream.ingest.frame.PixelScaler;
import org.facestream.ingest.source.picture.DisplaySize;
import org.jspecify.annotations.Nullable;

/**
 * Makes decoded frames small and grey. Each pixel is the mean of the original pixels, which removes
 * a sensor's noise. One thread uses it.
 */
public final class LumaScaler implements AutoCloseable {
  /** Wide enough for a face of one fortieth of the picture's width, and cheap. */
  public static final int WIDTH = 160;

  private static final int MOST_ROWS = 640;

  private final PointerPointer<BytePointer> planes = new PointerPointer<>(4);
  private final IntPointer strides = new IntPointer(4);
  private final PixelScaler scaler = new PixelScaler(SWS_AREA, false);
  private @Nullable BytePointer grey;

  public Luma scale(AVFrame frame) {
    DisplaySize size = DisplaySize.of(frame);
    long proportional = Math.round((double) size.height() * WIDTH / size.width());
    int rows = (int) Math.max(1, Math.min(MOST_ROWS, proportional));
    if (scaler.prepare(frame, WIDTH, rows, AV_PIX_FMT_GRAY8) || grey == null) {
      free();
      grey = new BytePointer((long) WIDTH * rows);
      planes.put(0, grey);
      strides.put(0, WIDTH);
    }
    scaler.scale(frame, planes, strides);
    byte[] pixels = new byte[WIDTH * rows];
    grey.get(pixels);
    return new Luma(WIDTH, rows, pixels);
  }

  private void free() {
    if (grey != null) {
      grey.close();
      grey = null;
    }
  }

  @Override
  public void close() {
    scaler.close();
    free();
    planes.close();
    strides.close();
  }
}
