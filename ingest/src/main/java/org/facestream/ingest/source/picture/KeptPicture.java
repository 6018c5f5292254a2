package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * A picture that is kept after its source has read on, until it is known whether to publish it. The
 * holder closes it.
 */
public sealed interface KeptPicture extends AutoCloseable {
  /** Size in memory, in bytes. */
  long bytes();

  @Override
  void close();

  /** A JPEG that is published unchanged. */
  record Whole(EncodedPicture picture) implements KeptPicture {
    @Override
    public long bytes() {
      return picture.jpeg().length;
    }

    @Override
    public void close() {
      // The garbage collector frees it.
    }
  }

  /** Pixels in the decoder's format, scaled if necessary. */
  record Pixels(AVFrame frame) implements KeptPicture {
    @Override
    public long bytes() {
      long bytes = 0;
      for (int plane = 0; plane < AVFrame.AV_NUM_DATA_POINTERS; plane++) {
        AVBufferRef buffer = frame.buf(plane);
        bytes += buffer == null || buffer.isNull() ? 0 : buffer.size();
      }
      return bytes;
    }

    @Override
    public void close() {
      av_frame_free(frame);
    }
  }
}
