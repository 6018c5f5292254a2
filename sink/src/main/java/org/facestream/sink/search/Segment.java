package org.facestream.sink.search;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * The faces of one day and one model: a file of {@linkplain Block blocks}, which every search
 * reads, and a file of float32 values, of which a search reads the few rows that may be hits.
 *
 * <p>Rows are only appended. Those from {@link Description#rows} on are not valid: a writer that
 * was killed left them, or it is just writing them.
 */
final class Segment implements AutoCloseable {
  private static final int LONGEST_NAME = 64;

  /**
   * Its line in the manifest.
   *
   * @param day UTC, {@code 2026-11-30}
   * @param model of the descriptors
   * @param values of a descriptor
   * @param table the partition that the rows are of
   * @param generation another number for each time that the segment was made
   * @param rows that are valid, erased ones included
   * @param erased how many of these are erased
   */
  record Description(
      String day, String model, int values, long table, long generation, long rows, long erased) {
    Description with(long newRows, long newErased) {
      return new Description(day, model, values, table, generation, newRows, newErased);
    }

    /** A model's name may hold anything. */
    String file(String extension) {
      String name =
          model.matches("[A-Za-z0-9][A-Za-z0-9._-]*") && model.length() <= LONGEST_NAME
              ? model
              : "x" + HexFormat.of().toHexDigits(model.hashCode());
      return day + "." + name + "." + values + "." + generation + "." + extension;
    }

    long blocks() {
      return (rows + Block.ROWS - 1) / Block.ROWS;
    }
  }

  static final String CODES = "codes";
  static final String FLOATS = "floats";

  private final Description first;
  private final FileChannel codes;
  private final FileChannel floats;

  private Segment(Description first, FileChannel codes, FileChannel floats) {
    this.first = first;
    this.codes = codes;
    this.floats = floats;
  }

  /**
   * Opens its files.
   *
   * @param make whether they are made, or emptied, before
   * @param write whether they are written to
   */
  static Segment open(Path folder, Description segment, boolean make, boolean write)
      throws IOException {
    Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.READ);
    if (write) {
      options.add(StandardOpenOption.WRITE);
    }
    if (make) {
      options.add(StandardOpenOption.CREATE);
      options.add(StandardOpenOption.TRUNCATE_EXISTING);
    }
    FileChannel codes = FileChannel.open(folder.resolve(segment.file(CODES)), options);
    try {
      return new Segment(
          segment, codes, FileChannel.open(folder.resolve(segment.file(FLOATS)), options));
    } catch (IOException | RuntimeException failed) {
      codes.close();
      throw failed;
    }
  }

  /** Whether the files hold as many rows as they must. */
  boolean holds(Description segment) throws IOException {
    return codes.size() >= segment.blocks() * Block.bytes(segment.values())
        && floats.size() >= segment.rows() * segment.values() * Float.BYTES;
  }

  int values() {
    return first.values();
  }

  /** Which files these are, whatever is in them by now. */
  boolean isOf(Description segment) {
    return first.with(0, 0).equals(segment.with(0, 0));
  }

  void read(Block block, long number) throws IOException {
    block.read(codes, number);
  }

  float[] descriptor(long row) throws IOException {
    ByteBuffer bytes = buffer(1);
    long start = row * bytes.capacity();
    while (bytes.hasRemaining()) {
      if (floats.read(bytes, start + bytes.position()) < 0) {
        throw new IOException(first.file(FLOATS) + " ends before row " + row);
      }
    }
    float[] descriptor = new float[first.values()];
    bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(descriptor);
    return descriptor;
  }

  private ByteBuffer buffer(int rows) {
    return ByteBuffer.allocate(rows * first.values() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Sets rows to zero in both files.
   *
   * @param rows row ids
   * @return how many there were
   */
  int erase(Set<Long> rows, Description segment) throws IOException {
    Block block = null;
    int erased = 0;
    ByteBuffer ids = ByteBuffer.allocate(Block.ROWS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long number = 0; number < segment.blocks(); number++) {
      ids.clear();
      codes.read(ids, number * Block.bytes(first.values()));
      int before = erased;
      for (int row = 0; row < Math.min(Block.ROWS, segment.rows() - number * Block.ROWS); row++) {
        long id = ids.getLong(row * Long.BYTES);
        if (id == 0 || !rows.contains(id)) {
          continue;
        }
        if (block == null) {
          block = new Block(first.values());
        }
        if (erased == before) {
          block.read(codes, number);
        }
        block.erase(row);
        write(buffer(1), number * Block.ROWS + row);
        erased++;
      }
      if (block != null && erased > before) {
        block.write(codes, number);
      }
    }
    return erased;
  }

  private void write(ByteBuffer rows, long row) throws IOException {
    long start = row * first.values() * Float.BYTES;
    while (rows.hasRemaining()) {
      floats.write(rows, start + rows.position());
    }
  }

  void force() throws IOException {
    codes.force(false);
    floats.force(false);
  }

  /** Appends rows behind the valid ones. */
  final class Appender {
    private final Block block = new Block(first.values());
    private final ByteBuffer values = buffer(Block.ROWS);
    private long rows;

    /** The first row that is not written yet. */
    private long written;

    Appender(long rows) throws IOException {
      this.rows = rows;
      written = rows;
      if (rows % Block.ROWS > 0) {
        block.read(codes, rows / Block.ROWS);
      }
    }

    void add(IndexedFace face) throws IOException {
      block.set((int) (rows % Block.ROWS), face);
      for (float value : face.descriptor()) {
        values.putFloat(value);
      }
      rows++;
      if (rows % Block.ROWS == 0) {
        flush();
        block.clear();
      }
    }

    /** Writes what is not written yet; returns how many rows there are. */
    long flush() throws IOException {
      if (rows > written) {
        block.write(codes, (rows - 1) / Block.ROWS);
        Segment.this.write(values.flip(), written);
        values.clear();
        written = rows;
      }
      return rows;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      floats.close();
    } finally {
      codes.close();
    }
  }
}
