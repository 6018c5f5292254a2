package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_HEVC;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MPEG2VIDEO;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MPEG4;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_DISPOSABLE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;

import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * What depends on a coded picture. For H.264 (ITU-T H.264, 7.3.1 and 7.4.1) and H.265 (ITU-T H.265,
 * 7.3.1.2 and table 7-1), it is determined by the first slice, for H.265 together with {@link
 * TemporalLayers}; for MPEG-4 and MPEG-2 (ISO/IEC 14496-2, 6.2.5, and 13818-2, 6.2.3), by the
 * picture's header; for others, by the container.
 */
public enum PacketKind {
  /** Decodable by itself, and later pictures do not refer to earlier ones. */
  KEY,
  /** Other pictures may depend on it. */
  REFERENCE,
  /** No other picture depends on it. */
  DISPOSABLE;

  /** Parameter sets and messages may come before the slice, rarely more than this. */
  private static final int HEAD = 4096;

  /**
   * The kind of a packet with data.
   *
   * @param layers the layers of the stream seen before
   */
  public static PacketKind of(
      AVPacket packet, AVCodecParameters parameters, TemporalLayers layers) {
    int codec = parameters.codec_id();
    boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
    boolean sliced = codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC;
    if (!sliced && (key || (packet.flags() & AV_PKT_FLAG_DISPOSABLE) != 0)) {
      return key ? KEY : DISPOSABLE;
    }
    byte[] head = new byte[Math.min(HEAD, packet.size())];
    packet.data().get(head);
    if (!sliced) {
      return ofMpeg(head, codec);
    }
    return ofSlice(head, codec == AV_CODEC_ID_HEVC, lengthBytes(parameters, codec), layers);
  }

  /** A B-picture of the older codecs, whose picture headers contain the type. */
  private static PacketKind ofMpeg(byte[] head, int codec) {
    for (int at = afterStartCode(head, 0); at >= 0; at = afterStartCode(head, at)) {
      if (codec == AV_CODEC_ID_MPEG4 && (head[at] & 0xff) == 0xb6) {
        return (head[at + 1] & 0xc0) == 0x80 ? DISPOSABLE : REFERENCE;
      }
      if (codec == AV_CODEC_ID_MPEG2VIDEO && head[at] == 0 && at + 2 < head.length) {
        return (head[at + 2] & 0x38) == 0x18 ? DISPOSABLE : REFERENCE;
      }
    }
    return REFERENCE;
  }

  /** Size of the length before each unit in bytes, or 0 for start codes. */
  private static int lengthBytes(AVCodecParameters parameters, int codec) {
    int at = codec == AV_CODEC_ID_HEVC ? 21 : 4;
    boolean lengths = parameters.extradata_size() > at && parameters.extradata().get(0) == 1;
    return lengths ? (parameters.extradata().get(at) & 3) + 1 : 0;
  }

  /**
   * By the first slice.
   *
   * @param head the beginning of the packet
   * @param lengthBytes size of the length before each unit, or 0 for start codes
   * @param layers the layers of the stream seen before; for H.265
   */
  static PacketKind ofSlice(byte[] head, boolean hevc, int lengthBytes, TemporalLayers layers) {
    int at = lengthBytes == 0 ? afterStartCode(head, 0) : lengthBytes;
    while (at >= 0 && at + (hevc ? 1 : 0) < head.length) {
      int type = hevc ? head[at] >> 1 & 0x3f : head[at] & 0x1f;
      if (hevc ? type < 32 : type >= 1 && type <= 5) {
        return hevc ? ofHevc(type, head[at + 1], layers) : ofH264(type, head[at]);
      }
      at = lengthBytes == 0 ? afterStartCode(head, at) : afterLength(head, at, lengthBytes);
    }
    return REFERENCE;
  }

  private static PacketKind ofH264(int type, byte header) {
    if (type == 5) {
      return KEY;
    }
    return (header & 0x60) == 0 ? DISPOSABLE : REFERENCE;
  }

  private static PacketKind ofHevc(int type, byte header, TemporalLayers layers) {
    boolean highest = layers.isHighest((header & 7) - 1);
    if (type >= 16 && type <= 21) {
      return KEY;
    }
    return type < 16 && type % 2 == 0 && highest ? DISPOSABLE : REFERENCE;
  }

  private static int afterStartCode(byte[] head, int from) {
    for (int i = from; i + 4 < head.length; i++) {
      if (head[i] == 0 && head[i + 1] == 0 && head[i + 2] == 1) {
        return i + 3;
      }
    }
    return -1;
  }

  private static int afterLength(byte[] head, int at, int lengthBytes) {
    long length = 0;
    for (int i = at - lengthBytes; i < at; i++) {
      length = length << 8 | head[i] & 0xff;
    }
    long next = at + length + lengthBytes;
    return length <= 0 || next >= head.length ? -1 : (int) next;
  }
}
