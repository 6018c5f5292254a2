package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avutil.av_max_alloc;

/**
 * The most that FFmpeg may take at a time, for the whole process. It takes whatever a server claims
 * to send (2 GB of description), and collects a picture that never ends, so one lying camera would
 * take the memory of all. What is refused fails as damage does.
 */
public final class FfmpegMemory {
  /**
   * Bytes. The largest picture that is decoded, {@link
   * org.facestream.ingest.frame.Picture#MOST_FRAME_PIXELS}, with four bytes a pixel fits, and so
   * does the largest file of a folder of pictures.
   */
  public static final int LARGEST = 128 << 20;

  private FfmpegMemory() {}

  /** Sets the limit; costs nothing, so it may be set before each use. */
  public static void limit() {
    av_max_alloc(LARGEST);
  }
}
