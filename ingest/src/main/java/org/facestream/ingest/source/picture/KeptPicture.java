package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * A picture of a source that is kept after the source went on, until it is known whether it is
 * wanted. Whoever has it closes it.
 */
public sealed interface KeptPicture extends AutoCloseable {
  /** Bytes of memory that it takes. */
  long bytes();

  @Override
  void close();

  /** One that came as a JPEG and is published as it came. */
  record Whole(EncodedPicture picture) implements KeptPicture {
    @Override
    public long bytes() {
      return picture.jpeg().length;
    }

    @Override
    public void close() {
      // The garbage collector's.
    }
  }

  /** Pixels, in the format of the decoder, scaled if they are to be. */
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
