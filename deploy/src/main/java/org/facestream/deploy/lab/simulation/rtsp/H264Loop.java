package org.facestream.deploy.lab.simulation.rtsp;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * H.264 video, packetised by RFC 6184, mode 1: a NAL unit alone in a packet or cut into FU-A.
 *
 * @param units one per frame; the first is a key frame, and each key frame holds its parameter sets
 * @param fps frames per second
 */
public record H264Loop(List<AccessUnit> units, int fps) implements VideoLoop {
  private static final int FRAGMENT = 28;
  private static final int FRAGMENT_HEADER = 2;

  public H264Loop {
    units = List.copyOf(units);
    if (units.isEmpty() || fps < 1) {
      throw new IllegalArgumentException("a loop has at least one frame and 1 fps");
    }
    for (int i = 0; i < units.size(); i++) {
      AccessUnit unit = units.get(i);
      boolean complete = unit.sequenceParameters() != null && unit.pictureParameters() != null;
      if (i == 0 && !unit.key() || unit.key() && !complete) {
        throw new IllegalArgumentException(
            "frame " + i + " must be a key frame that holds its parameter sets");
      }
    }
  }

  @Override
  public int frames() {
    return units.size();
  }

  @Override
  public boolean key(int frame) {
    return units.get(frame).key();
  }

  @Override
  public List<byte[]> payloads(int frame) {
    List<byte[]> payloads = new ArrayList<>();
    for (byte[] unit : units.get(frame).units()) {
      if (unit.length <= MOST_PAYLOAD) {
        payloads.add(unit);
      } else {
        fragment(unit, payloads);
      }
    }
    return payloads;
  }

  @Override
  public int payloadType() {
    return 96;
  }

  @Override
  public String format() {
    byte[] sequence = Objects.requireNonNull(units.get(0).sequenceParameters(), "checked above");
    byte[] picture = Objects.requireNonNull(units.get(0).pictureParameters(), "checked above");
    Base64.Encoder base64 = Base64.getEncoder();
    return "a=rtpmap:96 H264/90000\r\n"
        + "a=fmtp:96 packetization-mode=1;profile-level-id=%s;sprop-parameter-sets=%s,%s\r\n"
            .formatted(
                HexFormat.of().withUpperCase().formatHex(sequence, 1, 4),
                base64.encodeToString(sequence),
                base64.encodeToString(picture));
  }

  /**
   * RFC 6184, section 5.8: the unit's header byte becomes the indicator and header of each part.
   */
  private static void fragment(byte[] unit, List<byte[]> payloads) {
    int most = MOST_PAYLOAD - FRAGMENT_HEADER;
    for (int from = 1; from < unit.length; from += most) {
      int length = Math.min(most, unit.length - from);
      byte[] payload = new byte[FRAGMENT_HEADER + length];
      int start = from == 1 ? 0x80 : 0;
      int end = from + length == unit.length ? 0x40 : 0;
      payload[0] = (byte) (unit[0] & 0xE0 | FRAGMENT);
      payload[1] = (byte) (start | end | unit[0] & 0x1F);
      System.arraycopy(unit, from, payload, FRAGMENT_HEADER, length);
      payloads.add(payload);
    }
  }
}
