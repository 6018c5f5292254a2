package org.facestream.ingest.source.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads lines and headers of HTTP and MIME with limits, because a server may send them without end.
 */
final class HttpLines {
  private static final int LONGEST = 8192;
  private static final int MOST_HEADERS = 100;

  private HttpLines() {}

  /**
   * Reads a line without its line break.
   *
   * @throws EOFException at the end
   */
  static String read(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection was closed");
      }
      if (line.size() == LONGEST) {
        throw new ProtocolException("a line is too long");
      }
      line.write(next);
    }
    String text = line.toString(ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Reads headers up to the empty line, by their names in lower case. */
  static Map<String, List<String>> headers(InputStream in) throws IOException {
    Map<String, List<String>> headers = new HashMap<>();
    int count = 0;
    for (String line = read(in); !line.isEmpty(); line = read(in)) {
      if (++count > MOST_HEADERS) {
        throw new ProtocolException("there are too many headers");
      }
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers
            .computeIfAbsent(
                line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                name -> new ArrayList<>())
            .add(line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  /** The value of a header, or empty. */
  static String value(Map<String, List<String>> headers, String name) {
    return headers.getOrDefault(name, List.of("")).get(0);
  }
}
