package org.facestream.ingest.source.picture;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.facestream.ingest.frame.Orientation;

/**
 * The size of a frame in square pixels. It is never smaller than the frame: a frame with pixels
 * that are higher than wide becomes higher.
 */
public record DisplaySize(int width, int height) {
  /** Ratios beyond this are mistakes. */
  private static final double MOST_STRETCHED = 4;

  public static DisplaySize of(AVFrame frame) {
    double shape = shape(frame.sample_aspect_ratio());
    return shape >= 1
        ? new DisplaySize((int) Math.round(frame.width() * shape), frame.height())
        : new DisplaySize(frame.width(), (int) Math.round(frame.height() / shape));
  }

  /** A pixel's width divided by its height; 1 if nothing sensible is declared. */
  static double shape(AVRational declared) {
    if (declared.num() <= 0 || declared.den() <= 0) {
      return 1;
    }
    double shape = declared.num() / (double) declared.den();
    return shape > MOST_STRETCHED || shape < 1 / MOST_STRETCHED ? 1 : shape;
  }

  /** The same shape, no wider than that. */
  DisplaySize within(int maxWidth) {
    return width <= maxWidth
        ? this
        : new DisplaySize(
            maxWidth, Math.max(1, Math.round((float) ((double) height * maxWidth / width))));
  }

  /** The size after a turn. */
  public DisplaySize seen(Orientation orientation) {
    return orientation.transposed() ? new DisplaySize(height, width) : this;
  }
}
