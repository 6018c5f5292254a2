package org.facestream.recognizer.gallery.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks a file of {@link AuditFile}. Each line ends with {@code previous=} and the SHA-256 of the
 * line before, without its line break; the first such line has the hash of everything before it,
 * which is empty or consists of lines without hashes by an earlier version. The head, a file beside
 * it, contains the hash of the last line.
 *
 * @param lines number of lines
 * @param unchained number of lines without hashes at the beginning
 * @param last the SHA-256 of the last line; a copy of it elsewhere proves later that the file up to
 *     there is unchanged, even against users who can write to the file and its head
 * @param problem where a line was changed or is missing; otherwise empty
 */
public record AuditCheck(long lines, long unchained, String last, Optional<String> problem) {
  static final String PREVIOUS = " previous=";
  private static final Pattern CHAINED = Pattern.compile(".* previous=([0-9a-f]{64})$");
  private static final int AT_ONCE = 8192;

  /** Attempts, because the trail may grow during the check. */
  private static final int MOST_LOOKS = 10;

  /**
   * Checks every line.
   *
   * @throws IOException when the file cannot be read
   */
  public static AuditCheck of(Path file) throws IOException {
    return of(file, null);
  }

  /**
   * Checks every line.
   *
   * @param earlier the hash of an earlier last line, which must be in it; or null
   * @throws IOException when the file cannot be read
   */
  public static AuditCheck of(Path file, @Nullable String earlier) throws IOException {
    AuditCheck check = null;
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      String known = known(file);
      check = look(file, earlier);
      // Lines added during the check are in the head, but not in the data read.
      if (check.problem().isEmpty() || known.equals(known(file))) {
        return check;
      }
    }
    return Objects.requireNonNull(check, "it was looked at");
  }

  private static AuditCheck look(Path file, @Nullable String earlier) throws IOException {
    boolean found = earlier == null;
    MessageDigest before = digest();
    String last = HexFormat.of().formatHex(digest().digest());
    String follows = null;
    long lines = 0;
    long unchained = 0;
    Optional<String> problem = Optional.empty();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (byte[] line = line(in); line != null; line = line(in)) {
        lines++;
        Optional<String> previous = previous(line);
        if (previous.isEmpty() && follows == null) {
          unchained++;
          before.update(line);
          before.update((byte) '\n');
          last = HexFormat.of().formatHex(copy(before).digest());
          continue;
        }
        if (problem.isEmpty() && previous.isEmpty()) {
          problem = Optional.of("line " + lines + " has no hash of the line before");
        } else if (problem.isEmpty() && !previous.get().equals(last)) {
          problem = Optional.of(gap(lines, unchained));
        }
        follows = previous.orElse("");
        last = sha256(line, line.length);
        found |= last.equalsIgnoreCase(earlier);
      }
    }
    found |= last.equalsIgnoreCase(earlier);
    if (problem.isEmpty() && !found) {
      problem = Optional.of("no line has the hash " + earlier);
    }
    if (problem.isEmpty() && (follows != null || Files.exists(AuditFile.head(file)))) {
      problem = end(file, last, follows);
    }
    return new AuditCheck(lines, unchained, last, problem);
  }

  private static String gap(long line, long unchained) {
    return line == unchained + 1
        ? "a line before line " + line + " was changed or removed"
        : "line "
            + (line - 1)
            + " was changed, or lines between it and line "
            + line
            + " were removed";
  }

  /** The hash in the head; empty when there is none. */
  private static String known(Path file) throws IOException {
    Path head = AuditFile.head(file);
    return Files.exists(head) ? Files.readString(head).strip() : "";
  }

  private static Optional<String> end(Path file, String last, @Nullable String follows)
      throws IOException {
    Path head = AuditFile.head(file);
    String known = known(file);
    if (known.isEmpty()) {
      return follows == null
          ? Optional.empty()
          : Optional.of("%s, which contains the hash of the last line, is missing".formatted(head));
    }
    // When a process ended between the two writes, the head is one line behind.
    return known.equals(last) || known.equals(follows)
        ? Optional.empty()
        : Optional.of("the last line was changed, or lines after it were removed");
  }

  /** The next complete line, without its line break; null when there is none. */
  private static byte @Nullable [] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return line.toByteArray();
      }
      line.write(next);
    }
    return null;
  }

  private static Optional<String> previous(byte[] line) {
    Matcher chained = CHAINED.matcher(new String(line, UTF_8));
    return chained.matches() ? Optional.of(chained.group(1)) : Optional.empty();
  }

  /**
   * The end of a file.
   *
   * @param line the last complete line, without its line break
   * @param end the position after it
   */
  record Tail(byte[] line, long end) {
    /** The expected hash in the next line. */
    String hash(FileChannel file) throws IOException {
      return previous(line).isPresent() ? sha256(line, line.length) : sha256(file, end);
    }

    /** Whether the last line contains this hash of the line before. */
    boolean follows(String hash) {
      return previous(line).filter(hash::equals).isPresent();
    }
  }

  static Tail tail(FileChannel file) throws IOException {
    long end = newlineBefore(file, file.size()) + 1;
    long begin = end == 0 ? 0 : newlineBefore(file, end - 1) + 1;
    int length = (int) Math.max(0, end - 1 - begin);
    return new Tail(read(file, begin, length), end);
  }

  /** The position of the last line break before another; -1 when there is none. */
  private static long newlineBefore(FileChannel file, long position) throws IOException {
    long from = position;
    while (from > 0) {
      int length = (int) Math.min(AT_ONCE, from);
      from -= length;
      byte[] bytes = read(file, from, length);
      for (int i = bytes.length - 1; i >= 0; i--) {
        if (bytes[i] == '\n') {
          return from + i;
        }
      }
    }
    return -1;
  }

  private static byte[] read(FileChannel file, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, from + bytes.position()) < 0) {
        throw new IOException("it became shorter");
      }
    }
    return bytes.array();
  }

  private static String sha256(FileChannel file, long end) throws IOException {
    MessageDigest digest = digest();
    for (long from = 0; from < end; from += AT_ONCE) {
      digest.update(read(file, from, (int) Math.min(AT_ONCE, end - from)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static String sha256(byte[] bytes, int length) {
    MessageDigest digest = digest();
    digest.update(bytes, 0, length);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException everyJavasCan) {
      throw new IllegalStateException(everyJavasCan);
    }
  }
}
