package org.facestream.ingest.frame;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * The header of a still picture, read without decoding.
 *
 * @param kind how it is encoded
 * @param width in pixels, as stored; for HEIF, unknown before its items are read
 * @param height in pixels, as stored
 * @param progressive whether it is a JPEG that cannot be decoded row by row
 */
record StillHeader(Kind kind, int width, int height, boolean progressive) {
  /** How a picture is encoded. */
  enum Kind {
    JPEG,
    WEBP,
    /** HEIC and AVIF. */
    HEIF,
    /** PNG, TIFF, BMP and GIF. */
    OTHER
  }

  private static final int SUB_DIRECTORIES = 330;
  private static final int DNG_VERSION = 50706;

  private static final String KINDS = "JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF";

  /**
   * Reads it.
   *
   * @throws UnreadablePictureException with reason {@code not-a-picture} or {@code corrupt-picture}
   */
  static StillHeader read(byte[] encoded) throws UnreadablePictureException {
    refuseRaw(encoded);
    if (encoded.length > 2 && (encoded[0] & 0xff) == 0xff && (encoded[1] & 0xff) == 0xd8) {
      return jpeg(encoded);
    }
    if (encoded.length > 16 && word(encoded, 0).equals("RIFF") && word(encoded, 8).equals("WEBP")) {
      return webp(encoded);
    }
    if (encoded.length > 16 && word(encoded, 4).equals("ftyp")) {
      return new StillHeader(Kind.HEIF, 0, 0, false);
    }
    return other(encoded);
  }

  /**
   * Refuses raw files, which look like TIFF (DNG, NEF, ARW, CR2) or HEIF (CR3), because decoders
   * would read only a thumbnail.
   */
  private static void refuseRaw(byte[] encoded) throws UnreadablePictureException {
    if (encoded.length < 16) {
      return;
    }
    boolean canon = word(encoded, 4).equals("ftyp") && word(encoded, 8).equals("crx ");
    boolean tiff = word(encoded, 0).equals("II*\0") || word(encoded, 0).equals("MM\0*");
    if (canon || (tiff && rawTiff(encoded))) {
      throw new UnreadablePictureException(
          "not-a-picture",
          "it is a camera's raw file, or a TIFF that contains further pictures; save it "
              + "as a JPEG");
    }
  }

  private static boolean rawTiff(byte[] encoded) {
    ByteBuffer tiff = ByteBuffer.wrap(encoded);
    tiff.order(encoded[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    if (word(encoded, 8).startsWith("CR\2")) {
      return true;
    }
    long directory = tiff.getInt(4) & 0xffffffffL;
    if (directory + 2 > encoded.length) {
      return false;
    }
    int entries = tiff.getShort((int) directory) & 0xffff;
    long end = Math.min(encoded.length - 1L, directory + 2 + 12L * entries);
    for (long at = directory + 2; at < end; at += 12) {
      int tag = tiff.getShort((int) at) & 0xffff;
      if (tag == SUB_DIRECTORIES || tag == DNG_VERSION) {
        return true;
      }
    }
    return false;
  }

  private static StillHeader jpeg(byte[] encoded) throws UnreadablePictureException {
    try {
      JpegHeader header = JpegHeader.read(encoded);
      return new StillHeader(
          Kind.JPEG, header.width(), header.height(), JpegHeader.progressive(encoded));
    } catch (UnreadablePictureException damaged) {
      throw new UnreadablePictureException("corrupt-picture", damaged.getMessage());
    }
  }

  /** A lossy, a lossless or an extended WebP (RFC 9649). */
  private static StillHeader webp(byte[] encoded) throws UnreadablePictureException {
    String chunk = word(encoded, 12);
    if (chunk.equals("VP8 ") && encoded.length >= 30) {
      return webp(little(encoded, 26, 2) & 0x3fff, little(encoded, 28, 2) & 0x3fff);
    }
    if (chunk.equals("VP8L") && encoded.length >= 25) {
      int bits = little(encoded, 21, 4);
      return webp((bits & 0x3fff) + 1, (bits >>> 14 & 0x3fff) + 1);
    }
    if (chunk.equals("VP8X") && encoded.length >= 30) {
      return webp(little(encoded, 24, 3) + 1, little(encoded, 27, 3) + 1);
    }
    throw new UnreadablePictureException("corrupt-picture", "its header is damaged");
  }

  private static StillHeader webp(int width, int height) {
    return new StillHeader(Kind.WEBP, width, height, false);
  }

  private static StillHeader other(byte[] encoded) throws UnreadablePictureException {
    try (ImageInputStream input =
        ImageIO.createImageInputStream(new ByteArrayInputStream(encoded))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new UnreadablePictureException("not-a-picture", "it is not a " + KINDS + " picture");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(input, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (word(encoded, 0).equals("GIF8")) {
          // Decoders allocate the whole screen, even for a small picture.
          width = Math.max(width, little(encoded, 6, 2));
          height = Math.max(height, little(encoded, 8, 2));
        }
        return new StillHeader(Kind.OTHER, width, height, false);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException damaged) {
      throw new UnreadablePictureException(
          "corrupt-picture", "its header is damaged (" + damaged.getMessage() + ")");
    }
  }

  private static String word(byte[] bytes, int at) {
    return new String(bytes, at, 4, ISO_8859_1);
  }

  private static int little(byte[] bytes, int at, int count) {
    int value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | bytes[at + i] & 0xff;
    }
    return value;
  }
}
