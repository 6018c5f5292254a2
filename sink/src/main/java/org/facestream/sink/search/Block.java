package org.facestream.sink.search;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * {@value #ROWS} rows of a segment in memory. A descriptor is kept in 8 bits per value: value =
 * scale × (code - 128). Four codes share a word: of ints the compiler makes vector instructions, of
 * bytes not.
 *
 * <p>A row of zeros is an erased one. One thread uses a block.
 */
final class Block {
  static final int ROWS = 512;
  static final int CODE_OF_ZERO = 128;
  static final int CODES_PER_WORD = 4;
  private static final int ROW_HEAD = 2 * Long.BYTES + 3 * Float.BYTES;

  final long[] rows = new long[ROWS];
  final long[] millis = new long[ROWS];
  final float[] scales = new float[ROWS];

  /** Per row the length of what the codes lack of the descriptor, rounded up. */
  final float[] errors = new float[ROWS];

  /** Per row the length of the descriptor. */
  final float[] norms = new float[ROWS];

  private final int values;
  private final int words;

  /** Of all rows, one after the other, for {@link #sums}. */
  private final int[] copy;

  private final ByteBuffer bytes;
  private final LongBuffer longs;
  private final FloatBuffer floats;
  private final IntBuffer ints;

  Block(int values) {
    this.values = values;
    words = words(values);
    copy = new int[words * ROWS];
    bytes = ByteBuffer.allocateDirect(bytes(values)).order(ByteOrder.LITTLE_ENDIAN);
    longs = bytes.slice(0, 2 * Long.BYTES * ROWS).order(bytes.order()).asLongBuffer();
    int head = ROW_HEAD * ROWS;
    floats =
        bytes
            .slice(2 * Long.BYTES * ROWS, 3 * Float.BYTES * ROWS)
            .order(bytes.order())
            .asFloatBuffer();
    ints = bytes.slice(head, bytes.capacity() - head).order(bytes.order()).asIntBuffer();
  }

  /** How many words hold the codes of a row. */
  static int words(int values) {
    return (values + CODES_PER_WORD - 1) / CODES_PER_WORD;
  }

  /** Size of a block in its file. */
  static int bytes(int values) {
    return (ROW_HEAD + Integer.BYTES * words(values)) * ROWS;
  }

  int values() {
    return values;
  }

  void clear() {
    Arrays.fill(rows, 0);
    Arrays.fill(millis, 0);
    Arrays.fill(scales, 0);
    Arrays.fill(errors, 0);
    Arrays.fill(norms, 0);
    Arrays.fill(copy, 0);
    ints.put(0, copy);
  }

  /** Reads a block of a file; what the file lacks of it is zero. */
  void read(FileChannel file, long number) throws IOException {
    bytes.clear();
    long start = number * bytes.capacity();
    while (bytes.hasRemaining()) {
      if (file.read(bytes, start + bytes.position()) < 0) {
        while (bytes.hasRemaining()) {
          bytes.put((byte) 0);
        }
      }
    }
    longs.get(0, rows).get(ROWS, millis);
    floats.get(0, scales).get(ROWS, errors).get(2 * ROWS, norms);
  }

  void write(FileChannel file, long number) throws IOException {
    longs.put(0, rows).put(ROWS, millis);
    floats.put(0, scales).put(ROWS, errors).put(2 * ROWS, norms);
    bytes.clear();
    long start = number * bytes.capacity();
    while (bytes.hasRemaining()) {
      file.write(bytes, start + bytes.position());
    }
  }

  void set(int row, IndexedFace face) {
    float[] descriptor = face.descriptor();
    float most = 0;
    double square = 0;
    for (float value : descriptor) {
      most = Math.max(most, Math.abs(value));
      square += (double) value * value;
    }
    float scale = most / (CODE_OF_ZERO - 1);
    double error = 0;
    for (int word = 0; word * CODES_PER_WORD < descriptor.length; word++) {
      int packed = 0;
      int first = word * CODES_PER_WORD;
      for (int i = 0; i < CODES_PER_WORD && first + i < descriptor.length; i++) {
        float value = descriptor[first + i];
        int code = CODE_OF_ZERO + (scale == 0 ? 0 : Math.round(value / scale));
        double lack = value - (double) scale * (code - CODE_OF_ZERO);
        error += lack * lack;
        packed |= code << (Byte.SIZE * i);
      }
      ints.put(row * words + word, packed);
    }
    rows[row] = face.row();
    millis[row] = face.millis();
    scales[row] = scale;
    errors[row] = Math.nextUp((float) Math.sqrt(error));
    norms[row] = (float) Math.sqrt(square);
  }

  void erase(int row) {
    rows[row] = 0;
    millis[row] = 0;
    scales[row] = 0;
    errors[row] = 0;
    norms[row] = 0;
    for (int word = 0; word < words; word++) {
      ints.put(row * words + word, 0);
    }
  }

  /**
   * Per row the sum of the products of its codes with the steps of a query.
   *
   * @param steps those of the first code of each word, of the second, third and fourth
   */
  void sums(int[][] steps, int[] sums) {
    ints.get(0, copy);
    for (int row = 0; row < ROWS; row++) {
      sums[row] = sum(copy, row * words, steps[0], steps[1], steps[2], steps[3]);
    }
  }

  /** Adds up in one variable: C2 makes no vector instructions where two arrays may overlap. */
  private static int sum(int[] codes, int first, int[] one, int[] two, int[] three, int[] four) {
    int sum = 0;
    for (int i = 0; i < one.length; i++) {
      int word = codes[first + i];
      sum +=
          ((word & 255) * one[i] + ((word >>> 8) & 255) * two[i])
              + (((word >>> 16) & 255) * three[i] + (word >>> 24) * four[i]);
    }
    return sum;
  }
}
