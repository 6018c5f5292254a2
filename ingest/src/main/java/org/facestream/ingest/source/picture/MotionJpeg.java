package org.facestream.ingest.source.picture;

import java.util.Optional;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.UnreadablePictureException;

/** Checks whether a packet of Motion JPEG is a complete JPEG file. */
public final class MotionJpeg {
  private MotionJpeg() {}

  /**
   * The packet as a picture, when it has its own Huffman tables (some cameras and AVI files leave
   * them out) and contains the end marker.
   */
  public static Optional<EncodedPicture> whole(byte[] packet) {
    try {
      JpegHeader header = JpegHeader.read(packet);
      return hasTables(packet) && hasEnd(packet)
          ? Optional.of(new EncodedPicture(header.width(), header.height(), packet))
          : Optional.empty();
    } catch (UnreadablePictureException damaged) {
      return Optional.empty();
    }
  }

  private static boolean hasTables(byte[] jpeg) {
    int at = 2;
    while (at + 3 < jpeg.length && (jpeg[at] & 0xff) == 0xff) {
      int marker = jpeg[at + 1] & 0xff;
      if (marker == 0xc4) {
        return true;
      }
      if (marker == 0xda) {
        return false;
      }
      at += 2 + ((jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff);
    }
    return false;
  }

  /** Some cameras append zeros. */
  private static boolean hasEnd(byte[] jpeg) {
    int last = jpeg.length - 1;
    while (last > 0 && jpeg[last] == 0) {
      last--;
    }
    return last > 0 && (jpeg[last - 1] & 0xff) == 0xff && (jpeg[last] & 0xff) == 0xd9;
  }
}
