package org.facestream.deploy.lab.simulation.rtsp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Motion JPEG, packetised by RFC 2435 with the quantisation tables in each frame's first packet.
 *
 * @param jpegs one per frame: baseline, three components with 4:2:0 sampling, the standard Huffman
 *     tables, no restart markers (as OpenCV writes them); at most 2040 pixels a side
 * @param fps frames per second
 */
public record MjpegLoop(List<byte[]> jpegs, int fps) implements VideoLoop {
  private static final int MAIN_HEADER = 8;
  private static final int TABLES_HEADER = 4;
  private static final int TABLE = 64;

  public MjpegLoop {
    jpegs = List.copyOf(jpegs);
    if (jpegs.isEmpty() || fps < 1) {
      throw new IllegalArgumentException("a loop has at least one frame and 1 fps");
    }
    jpegs.forEach(Parts::of);
  }

  @Override
  public int frames() {
    return jpegs.size();
  }

  @Override
  public boolean key(int frame) {
    return true;
  }

  @Override
  public List<byte[]> payloads(int frame) {
    Parts parts = Parts.of(jpegs.get(frame));
    List<byte[]> payloads = new ArrayList<>();
    int offset = 0;
    while (offset < parts.scan().length) {
      int tables = offset == 0 ? TABLES_HEADER + 2 * TABLE : 0;
      int length = Math.min(MOST_PAYLOAD - MAIN_HEADER - tables, parts.scan().length - offset);
      byte[] payload = new byte[MAIN_HEADER + tables + length];
      payload[1] = (byte) (offset >> 16);
      payload[2] = (byte) (offset >> 8);
      payload[3] = (byte) offset;
      payload[4] = 1; // type 1: 4:2:0
      payload[5] = (byte) 255; // tables in band
      payload[6] = (byte) ((parts.width() + 7) / 8);
      payload[7] = (byte) ((parts.height() + 7) / 8);
      if (tables > 0) {
        payload[MAIN_HEADER + 3] = (byte) (2 * TABLE);
        System.arraycopy(parts.tables(), 0, payload, MAIN_HEADER + TABLES_HEADER, 2 * TABLE);
      }
      System.arraycopy(parts.scan(), offset, payload, MAIN_HEADER + tables, length);
      payloads.add(payload);
      offset += length;
    }
    return payloads;
  }

  @Override
  public int payloadType() {
    return 26;
  }

  @Override
  public String format() {
    return "a=rtpmap:26 JPEG/90000\r\n";
  }

  /** What RFC 2435 sends of a JPEG file: size, the two quantisation tables, the scan. */
  private record Parts(int width, int height, byte[] tables, byte[] scan) {
    static Parts of(byte[] jpeg) {
      byte[] tables = new byte[2 * TABLE];
      int width = 0;
      int height = 0;
      int at = 2;
      while (at + 4 <= jpeg.length) {
        int marker = jpeg[at + 1] & 0xFF;
        int length = unsigned16(jpeg, at + 2);
        if (marker == 0xDB) {
          for (int table = at + 4; table < at + 2 + length; table += 1 + TABLE) {
            System.arraycopy(jpeg, table + 1, tables, (jpeg[table] & 1) * TABLE, TABLE);
          }
        } else if (marker == 0xC0) {
          height = unsigned16(jpeg, at + 5);
          width = unsigned16(jpeg, at + 7);
          if (jpeg[at + 9] != 3 || jpeg[at + 11] != 0x22) {
            throw new IllegalArgumentException("RTP carries colour JPEGs with 4:2:0 sampling");
          }
        } else if (marker == 0xDA) {
          if (width == 0 || width > 2040 || height > 2040) {
            throw new IllegalArgumentException(
                "RTP carries baseline JPEGs of at most 2040 pixels a side");
          }
          // Without the end-of-image marker: the receiver adds its own.
          byte[] scan = Arrays.copyOfRange(jpeg, at + 2 + length, jpeg.length - 2);
          return new Parts(width, height, tables, scan);
        }
        at += 2 + length;
      }
      throw new IllegalArgumentException("not a JPEG");
    }

    private static int unsigned16(byte[] bytes, int at) {
      return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }
  }
}
