package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_FRAME_CROPPING;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_get;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_CROP_UNALIGNED;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_apply_cropping;

import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * The cropping that a container declares, such as an MP4's {@code clap} or a Matroska's pixel crop.
 * FFmpeg's decoders apply the cropping of a codec themselves.
 */
record DeclaredCropping(int top, int bottom, int left, int right) {
  private static final DeclaredCropping NONE = new DeclaredCropping(0, 0, 0, 0);
  private static final int BYTES = 16;

  static DeclaredCropping of(AVCodecParameters parameters) {
    if (parameters.nb_coded_side_data() == 0) {
      return NONE;
    }
    AVPacketSideData side =
        av_packet_side_data_get(
            parameters.coded_side_data(),
            parameters.nb_coded_side_data(),
            AV_PKT_DATA_FRAME_CROPPING);
    if (side == null || side.isNull() || side.size() < BYTES) {
      return NONE;
    }
    IntBuffer values =
        side.data().capacity(BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    return new DeclaredCropping(values.get(0), values.get(1), values.get(2), values.get(3));
  }

  /** Whether nothing is cropped. */
  boolean nothing() {
    return equals(NONE);
  }

  /** Crops the frame, if something of it remains. */
  void apply(AVFrame frame) {
    boolean sensible = top >= 0 && bottom >= 0 && left >= 0 && right >= 0;
    if (!nothing()
        && sensible
        && (long) top + bottom < frame.height()
        && (long) left + right < frame.width()) {
      frame.crop_top(top).crop_bottom(bottom).crop_left(left).crop_right(right);
      av_frame_apply_cropping(frame, AV_FRAME_CROP_UNALIGNED);
    }
  }
}
