package org.facestream.deploy.doctor;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.opencv.global.opencv_core;

/** Whether FFmpeg and OpenCV load on this machine; ONNX Runtime shows in {@link ModelCheck}. */
public final class NativeChecks {
  private NativeChecks() {}

  public static List<Check> all() {
    return List.of(
        Check.of("FFmpeg", () -> load(NativeChecks::ffmpeg)),
        Check.of("OpenCV", () -> load(() -> new Check.Good(opencv_core.CV_VERSION))));
  }

  private static Check.Result ffmpeg() {
    String version = avutil.av_version_info().getString();
    for (int codec : new int[] {avcodec.AV_CODEC_ID_H264, avcodec.AV_CODEC_ID_HEVC}) {
      if (avcodec.avcodec_find_decoder(codec) == null) {
        return new Check.Bad(
            version + " has no decoder for H.264 or H.265: build facestream again");
      }
    }
    return new Check.Good(version + " with H.264 and H.265");
  }

  private static Check.Result load(Supplier<Check.Result> use) {
    try {
      return use.get();
    } catch (LinkageError | RuntimeException failed) {
      return new Check.Bad(
          "does not load on %s (%s): a 64-bit Linux with glibc, macOS or Windows is needed"
              .formatted(System.getProperty("os.arch"), failed));
    }
  }
}
