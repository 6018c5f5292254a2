package org.facestream.ingest.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The orientation that a JPEG's EXIF segment declares (EXIF 2.32, tag 0x0112), 1 to 8. */
public final class ExifOrientation {
  /** The picture is stored upright, or declares nothing else. */
  public static final int UPRIGHT = 1;

  private static final int TAG = 0x0112;
  private static final int ENTRY = 12;
  private static final long EXIF = 0x457869660000L;

  private ExifOrientation() {}

  /** The declared orientation; {@link #UPRIGHT} if the segment is absent or damaged. */
  public static int of(byte[] jpeg) {
    ByteBuffer bytes = ByteBuffer.wrap(jpeg);
    int at = 2;
    while (at + 4 <= jpeg.length && (jpeg[at] & 0xff) == 0xff) {
      int marker = jpeg[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      int length = bytes.getShort(at + 2) & 0xffff;
      if (marker == 0xda || marker == 0xd9 || length < 2 || at + 2 + length > jpeg.length) {
        return UPRIGHT;
      }
      if (marker == 0xe1 && length >= 16 && bytes.getLong(at + 4) >>> 16 == EXIF) {
        return ofTiff(bytes.slice(at + 10, length - 8));
      }
      at += 2 + length;
    }
    return UPRIGHT;
  }

  private static int ofTiff(ByteBuffer tiff) {
    if (tiff.limit() < 8) {
      return UPRIGHT;
    }
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = tiff.getInt(4) & 0xffffffffL;
    if (directory + 2 > tiff.limit()) {
      return UPRIGHT;
    }
    int entries = tiff.getShort((int) directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      long entry = directory + 2 + (long) i * ENTRY;
      if (entry + ENTRY > tiff.limit()) {
        return UPRIGHT;
      }
      if ((tiff.getShort((int) entry) & 0xffff) == TAG) {
        int declared = tiff.getShort((int) entry + 8) & 0xffff;
        return declared >= 1 && declared <= 8 ? declared : UPRIGHT;
      }
    }
    return UPRIGHT;
  }
}
