package org.facestream.ingest.frame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Removes chunks of a PNG file that its decoder would warn about. libpng writes its warnings to the
 * standard error, without the name of the picture.
 */
final class PlainPng {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int CHUNK_FRAME = 12;

  /** Chunks with pixels and orientation; colour profiles and texts are removed. */
  private static final Set<String> NEEDED = Set.of("IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf");

  private static final int HEADER_LENGTH = 13;
  private static final int WHOLE = 8;
  private static final int LAST_FILTER = 4;
  private static final int PART = 8192;

  /** For each pass of an interlaced picture: first column and row, and the steps between them. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private PlainPng() {}

  static boolean isPng(byte[] encoded) {
    return encoded.length > SIGNATURE.length
        && Arrays.equals(encoded, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
  }

  /**
   * The file with the chunks that pixels come from.
   *
   * @return empty when it is incomplete or damaged
   */
  static byte[] of(byte[] png) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(png.length);
    ByteArrayOutputStream packed = new ByteArrayOutputStream(png.length);
    plain.write(png, 0, SIGNATURE.length);
    byte[] header = null;
    int at = SIGNATURE.length;
    while (at + CHUNK_FRAME <= png.length) {
      int length = ByteBuffer.wrap(png).getInt(at);
      if (length < 0 || length > png.length - at - CHUNK_FRAME) {
        return new byte[0];
      }
      String type = new String(png, at + 4, 4, StandardCharsets.ISO_8859_1);
      if (NEEDED.contains(type)) {
        CRC32 sum = new CRC32();
        sum.update(png, at + 4, length + 4);
        boolean whole = (int) sum.getValue() == ByteBuffer.wrap(png).getInt(at + 8 + length);
        if (!whole && Character.isUpperCase(type.charAt(0))) {
          return new byte[0];
        }
        if (whole) {
          plain.write(png, at, length + CHUNK_FRAME);
        }
        if (type.equals("IHDR")) {
          // A second header could declare another size than the checked one.
          if (header != null) {
            return new byte[0];
          }
          header = Arrays.copyOfRange(png, at + 8, at + 8 + length);
        } else if (type.equals("IDAT")) {
          packed.write(png, at + 8, length);
        } else if (type.equals("IEND")) {
          return rowsAreWhole(header, packed.toByteArray()) ? plain.toByteArray() : new byte[0];
        }
      }
      at += length + CHUNK_FRAME;
    }
    return new byte[0];
  }

  /** Whether all rows are present, each with a valid filter. */
  private static boolean rowsAreWhole(byte @Nullable [] header, byte[] packed) {
    if (header == null || header.length != HEADER_LENGTH) {
      return false;
    }
    ByteBuffer fields = ByteBuffer.wrap(header);
    int width = fields.getInt();
    int height = fields.getInt();
    int bits = (fields.get() & 0xff) * samples(fields.get());
    if (width <= 0 || height <= 0) {
      return false;
    }
    byte[] part = new byte[PART];
    boolean interlaced = header[HEADER_LENGTH - 1] != 0;
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(packed);
      int[][] passes = interlaced ? PASSES : new int[][] {{0, 0, 1, 1}};
      for (int[] pass : passes) {
        int columns = Math.max(0, (width - pass[0] + pass[2] - 1) / pass[2]);
        int rows = Math.max(0, (height - pass[1] + pass[3] - 1) / pass[3]);
        long row = ((long) columns * bits + WHOLE - 1) / WHOLE;
        for (int y = 0; columns > 0 && y < rows; y++) {
          if (!skip(1, part, inflater)
              || part[0] < 0
              || part[0] > LAST_FILTER
              || !skip(row, part, inflater)) {
            return false;
          }
        }
      }
      return true;
    } catch (DataFormatException damaged) {
      return false;
    } finally {
      inflater.end();
    }
  }

  /** Unpacks and discards bytes, in parts: a row can be as long as the whole picture. */
  private static boolean skip(long bytes, byte[] part, Inflater inflater)
      throws DataFormatException {
    long left = bytes;
    while (left > 0) {
      int more = inflater.inflate(part, 0, (int) Math.min(left, part.length));
      if (more == 0) {
        return false;
      }
      left -= more;
    }
    return true;
  }

  /** By the header's colour type. */
  private static int samples(int colour) {
    return switch (colour) {
      case 2 -> 3;
      case 4 -> 2;
      case 6 -> 4;
      default -> 1;
    };
  }
}
