package org.facestream.ingest.source.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@code multipart/x-mixed-replace} (RFC 2046, 5.1), as cameras send it: the first
 * line that starts with two hyphens is the delimiter, regardless of the header.
 */
final class MultipartReader {
  /** As large as a frame may be. */
  private static final int LARGEST = 16 << 20;

  private final InputStream in;
  private @Nullable String delimiter;

  /** Whether the delimiter of the next part was read already. */
  private boolean delimited;

  private boolean last;

  /**
   * A part.
   *
   * @param type its content type; may be empty
   * @param bytes its content
   */
  record Part(String type, byte[] bytes) {}

  /**
   * @param in buffered; closed by the caller
   */
  MultipartReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next part; empty at the end.
   *
   * @throws IOException when it is not multipart, or a part is too large
   */
  Optional<Part> next() throws IOException {
    try {
      if (!delimited) {
        delimit();
      }
      delimited = false;
      if (last) {
        return Optional.empty();
      }
      Map<String, List<String>> headers = HttpLines.headers(in);
      String length = HttpLines.value(headers, "content-length");
      byte[] bytes = length.matches("\\d{1,8}") ? exactly(Integer.parseInt(length)) : upToNext();
      return Optional.of(new Part(HttpLines.value(headers, "content-type"), bytes));
    } catch (EOFException ended) {
      return Optional.empty();
    }
  }

  private void delimit() throws IOException {
    String line = HttpLines.read(in);
    for (int skipped = 0; !isDelimiter(line); skipped += line.length() + 1) {
      if (skipped > LARGEST || (delimiter == null && !line.isBlank())) {
        throw new ProtocolException("it is not multipart");
      }
      line = HttpLines.read(in);
    }
    delimiter = delimiter == null ? line.strip() : delimiter;
    last = line.strip().equals(delimiter + "--");
  }

  private boolean isDelimiter(String line) {
    String plain = line.strip();
    return delimiter == null
        ? plain.startsWith("--")
        : plain.equals(delimiter) || plain.equals(delimiter + "--");
  }

  private byte[] exactly(int length) throws IOException {
    if (length > LARGEST) {
      throw new ProtocolException("a picture is too large");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  /** Reads up to a line that starts with the delimiter. */
  private byte[] upToNext() throws IOException {
    byte[] mark = ("\n" + delimiter).getBytes(ISO_8859_1);
    Content content = new Content();
    while (!content.endsWith(mark)) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      if (content.size() == LARGEST) {
        throw new ProtocolException("a picture is too large");
      }
      content.write(next);
    }
    last = HttpLines.read(in).startsWith("--");
    delimited = true;
    return content.without(mark.length);
  }

  private static final class Content extends ByteArrayOutputStream {
    boolean endsWith(byte[] mark) {
      if (count < mark.length || buf[count - 1] != mark[mark.length - 1]) {
        return false;
      }
      for (int i = 0; i < mark.length; i++) {
        if (buf[count - mark.length + i] != mark[i]) {
          return false;
        }
      }
      return true;
    }

    byte[] without(int end) {
      int length = count - end;
      boolean carriage = length > 0 && buf[length - 1] == '\r';
      return java.util.Arrays.copyOf(buf, carriage ? length - 1 : length);
    }
  }
}
