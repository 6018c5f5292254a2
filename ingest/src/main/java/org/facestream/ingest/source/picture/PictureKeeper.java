package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_clone;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_copy_props;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_isSupportedOutput;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.facestream.ingest.frame.PixelScaler;

/**
 * Keeps decoded frames: by reference, or scaled if they are wider than the published width, so that
 * a large camera needs no more memory than others. One thread uses it.
 */
public final class PictureKeeper implements AutoCloseable {
  private final PixelScaler scaler = new PixelScaler(SWS_BILINEAR, false);

  /** The caller closes it. */
  public KeptPicture keep(AVFrame frame, int maxWidth) {
    DisplaySize whole = DisplaySize.of(frame);
    if (whole.width() <= maxWidth || sws_isSupportedOutput(frame.format()) == 0) {
      AVFrame same = av_frame_clone(frame);
      if (same == null || same.isNull()) {
        throw new OutOfMemoryError("no memory for a frame");
      }
      return new KeptPicture.Pixels(same);
    }
    AVFrame small = av_frame_alloc();
    try {
      av_frame_copy_props(small, frame);
      DisplaySize size = whole.within(maxWidth);
      small.format(frame.format()).width(size.width()).height(size.height());
      small.sample_aspect_ratio().num(1).den(1);
      if (av_frame_get_buffer(small, 0) < 0) {
        throw new OutOfMemoryError("no memory for a frame of width " + maxWidth);
      }
      scaler.prepare(frame, small.width(), small.height(), frame.format());
      scaler.scale(frame, small.data(), small.linesize());
      return new KeptPicture.Pixels(small);
    } catch (RuntimeException | Error failed) {
      av_frame_free(small);
      throw failed;
    }
  }

  @Override
  public void close() {
    scaler.close();
  }
}
