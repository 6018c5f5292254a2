package org.facestream.ingest.frame;

/**
 * The size that a JPEG's frame header claims, read without decoding (ITU-T T.81, B.2.2).
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param usual whether it has one or three channels of 8 bits, sequential or progressive
 */
public record JpegHeader(int width, int height, boolean usual) {

  /**
   * Reads the header.
   *
   * @throws UnreadablePictureException with reason {@code not-a-jpeg}
   */
  public static JpegHeader read(byte[] jpeg) throws UnreadablePictureException {
    int at = startOfFrame(jpeg);
    int components = jpeg[at + 9];
    return new JpegHeader(
        unsignedShort(jpeg, at + 7),
        unsignedShort(jpeg, at + 5),
        (jpeg[at + 1] & 0xff) <= 0xc2 && jpeg[at + 4] == 8 && (components == 1 || components == 3));
  }

  /** Whether the whole picture must be in memory before the first row is decoded. */
  static boolean progressive(byte[] jpeg) throws UnreadablePictureException {
    int kind = jpeg[startOfFrame(jpeg) + 1] & 0x0f;
    return kind == 0x2 || kind == 0x6 || kind == 0xa || kind == 0xe;
  }

  /** Where its marker is. */
  private static int startOfFrame(byte[] jpeg) throws UnreadablePictureException {
    if (jpeg.length < 4 || (jpeg[0] & 0xff) != 0xff || (jpeg[1] & 0xff) != 0xd8) {
      throw new UnreadablePictureException("not-a-jpeg", "it does not start like a JPEG");
    }
    int at = 2;
    while (at + 9 < jpeg.length) {
      if ((jpeg[at] & 0xff) != 0xff) {
        break;
      }
      int marker = jpeg[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      boolean alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
      if (alone) {
        at += 2;
        continue;
      }
      boolean startOfFrame =
          marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
      if (startOfFrame) {
        int height = unsignedShort(jpeg, at + 5);
        int width = unsignedShort(jpeg, at + 7);
        if (width == 0 || height == 0) {
          break;
        }
        return at;
      }
      if (marker == 0xda || marker == 0xd9) {
        break;
      }
      at += 2 + unsignedShort(jpeg, at + 2);
    }
    throw new UnreadablePictureException("not-a-jpeg", "the JPEG has no frame header");
  }

  private static int unsignedShort(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }
}
