package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avutil.AVERROR_DEMUXER_NOT_FOUND;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EACCES;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EINVAL;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_ENOENT;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EPERM;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_BAD_REQUEST;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_FORBIDDEN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_NOT_FOUND;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_OTHER_4XX;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_SERVER_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_TOO_MANY_REQUESTS;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_UNAUTHORIZED;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_INVALIDDATA;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_PROTOCOL_NOT_FOUND;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.facestream.ingest.source.address.Fault;

/**
 * Maps FFmpeg's error codes to faults. Its messages are not used, because some are in the user's
 * language.
 */
public final class FfmpegFaults {
  /** JavaCPP has no constant for ECONNREFUSED, whose number differs between systems. */
  private static final int REFUSED =
      Loader.getPlatform().startsWith("windows")
          ? -107
          : Loader.getPlatform().startsWith("linux") ? -111 : -61;

  private static final Map<Integer, Fault> FAULTS = faults();

  private FfmpegFaults() {}

  private static Map<Integer, Fault> faults() {
    Map<Integer, Fault> faults = new HashMap<>();
    faults.put(REFUSED, Fault.CONNECTION_REFUSED);
    faults.put(AVERROR_HTTP_UNAUTHORIZED, Fault.UNAUTHORIZED);
    faults.put(AVERROR_HTTP_FORBIDDEN, Fault.UNAUTHORIZED);
    faults.put(AVERROR_HTTP_NOT_FOUND, Fault.NOT_FOUND);
    faults.put(AVERROR_ENOENT(), Fault.NOT_FOUND);
    faults.put(AVERROR_EACCES(), Fault.NO_ACCESS);
    faults.put(AVERROR_EPERM(), Fault.NO_ACCESS);
    for (int answer :
        new int[] {
          AVERROR_HTTP_BAD_REQUEST,
          AVERROR_HTTP_TOO_MANY_REQUESTS,
          AVERROR_HTTP_OTHER_4XX,
          AVERROR_HTTP_SERVER_ERROR,
          AVERROR_INVALIDDATA,
          AVERROR_EOF,
          AVERROR_EINVAL(),
          AVERROR_DEMUXER_NOT_FOUND,
          AVERROR_PROTOCOL_NOT_FOUND
        }) {
      faults.put(answer, Fault.BAD_ANSWER);
    }
    return faults;
  }

  /** The fault of a code; empty for an unspecific failure. */
  public static Optional<Fault> of(int error) {
    return Optional.ofNullable(FAULTS.get(error));
  }

  /** Whether FFmpeg was asked to open something that is not allowed. */
  static boolean refusedToGoOn(int error) {
    return error == AVERROR_EINVAL() || error == AVERROR_PROTOCOL_NOT_FOUND;
  }
}
