package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_WARNING;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;
import static org.bytedeco.ffmpeg.global.avutil.setLogCallback;

import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.javacpp.BytePointer;
import org.facestream.ingest.registry.MaskedUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * FFmpeg's own messages: at level debug of the logger {@code org.facestream.ffmpeg} with URLs
 * masked, otherwise silent. FFmpeg has one log for the whole process, so this log is not per
 * camera.
 */
public final class FfmpegLog {
  private static final Logger log = LoggerFactory.getLogger("org.facestream.ffmpeg");
  private static final @Nullable Sink SINK = log.isDebugEnabled() ? new Sink() : null;

  static {
    av_log_set_level(SINK == null ? AV_LOG_QUIET : AV_LOG_WARNING);
    if (SINK != null) {
      setLogCallback(SINK);
    }
  }

  private FfmpegLog() {}

  /** Redirects FFmpeg's log here; calling it again has no effect. */
  public static void route() {
    // The static initialiser redirects it once.
  }

  /** FFmpeg's message for an error. */
  public static String describe(int error) {
    byte[] text = new byte[128];
    av_strerror(error, text, text.length);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static final class Sink extends LogCallback {
    @Override
    public void call(int level, BytePointer message) {
      log.debug("{}", MaskedUrl.in(message.getString().strip()));
    }
  }
}
