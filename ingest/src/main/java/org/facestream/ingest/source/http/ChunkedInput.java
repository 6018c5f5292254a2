package org.facestream.ingest.source.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/** Reads a body that a server sends in chunks (RFC 9112, 7.1). */
final class ChunkedInput extends InputStream {
  private final InputStream in;
  private long left;
  private boolean begun;
  private boolean ended;

  ChunkedInput(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0 && !ended) {
      if (begun) {
        HttpLines.read(in);
      }
      begun = true;
      left = size(HttpLines.read(in));
      ended = left == 0;
    }
    if (ended) {
      return -1;
    }
    int read = in.read(bytes, offset, (int) Math.min(length, left));
    ended = read < 0;
    left -= Math.max(0, read);
    return read;
  }

  private static long size(String line) throws IOException {
    try {
      long size = Long.parseLong(line.split(";", 2)[0].strip(), 16);
      if (size >= 0) {
        return size;
      }
    } catch (NumberFormatException malformed) {
      // Checked below.
    }
    throw new ProtocolException("a chunk has no length");
  }
}
