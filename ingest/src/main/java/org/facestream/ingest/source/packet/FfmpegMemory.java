package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avutil.av_max_alloc;

/**
 * Limits a single allocation of FFmpeg, for the whole process. FFmpeg believes the sizes that a
 * server claims (such as 2 GB of description) and collects pictures without end, so a faulty or
 * malicious camera could use up the memory. A refused allocation fails like damaged data.
 */
public final class FfmpegMemory {
  /**
   * Bytes. The largest picture that is decoded, {@link
   * org.facestream.ingest.frame.Picture#MOST_FRAME_PIXELS}, with four bytes a pixel fits, and so
   * does the largest file of a folder of pictures.
   */
  public static final int LARGEST = 128 << 20;

  private FfmpegMemory() {}

  /** Sets the limit; it is cheap, so call it before each use. */
  public static void limit() {
    av_max_alloc(LARGEST);
  }
}
