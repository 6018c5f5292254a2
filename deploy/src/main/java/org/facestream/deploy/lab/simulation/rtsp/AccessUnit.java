package org.facestream.deploy.lab.simulation.rtsp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One encoded H.264 picture: its NAL units without start codes, in decoding order.
 *
 * @param units at least one, none empty
 */
public record AccessUnit(List<byte[]> units) {
  private static final int IDR_SLICE = 5;
  private static final int SEQUENCE_PARAMETERS = 7;
  private static final int PICTURE_PARAMETERS = 8;

  public AccessUnit {
    units = List.copyOf(units);
    if (units.isEmpty() || units.stream().anyMatch(unit -> unit.length == 0)) {
      throw new IllegalArgumentException("an access unit has at least one NAL unit, none empty");
    }
  }

  /**
   * Splits a byte stream (ITU-T H.264, Annex B) at its start codes of three or four bytes.
   *
   * @throws IllegalArgumentException when there is no start code
   */
  public static AccessUnit fromAnnexB(byte[] stream) {
    List<byte[]> units = new ArrayList<>();
    int begin = afterStartCode(stream, 0);
    while (begin < stream.length) {
      int next = afterStartCode(stream, begin);
      int end = next > stream.length ? stream.length : next - 3;
      // A unit never ends in a zero byte: zeros belong to the start code that follows.
      while (end > begin && stream[end - 1] == 0) {
        end--;
      }
      if (end > begin) {
        units.add(Arrays.copyOfRange(stream, begin, end));
      }
      begin = next;
    }
    return new AccessUnit(units);
  }

  /** Whether a decoder can begin here. */
  public boolean key() {
    return first(IDR_SLICE) != null;
  }

  /** The sequence parameter set, or null. */
  public byte @Nullable [] sequenceParameters() {
    return first(SEQUENCE_PARAMETERS);
  }

  /** The picture parameter set, or null. */
  public byte @Nullable [] pictureParameters() {
    return first(PICTURE_PARAMETERS);
  }

  private byte @Nullable [] first(int type) {
    for (byte[] unit : units) {
      if ((unit[0] & 0x1F) == type) {
        return unit;
      }
    }
    return null;
  }

  /** Where the next unit begins, or beyond the end when there is none. */
  private static int afterStartCode(byte[] stream, int from) {
    for (int i = from; i + 2 < stream.length; i++) {
      if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) {
        return i + 3;
      }
    }
    return stream.length + 1;
  }
}
