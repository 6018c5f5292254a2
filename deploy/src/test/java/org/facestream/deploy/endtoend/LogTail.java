package org.facestream.deploy.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The part of a program's log that explains why it ended. A failed test shows it: the file itself
 * is gone with the test's folder.
 */
final class LogTail {
  private static final int CHARACTERS = 6_000;

  /** Starts an entry of {@code facestream.log}. */
  private static final Pattern ENTRY = Pattern.compile("(?m)^(?=\\d{4}-\\d\\d-\\d\\d )");

  /**
   * All but errors of Kafka: hundreds of lines at each start and end, thousands while it is away.
   */
  private static final Pattern CHATTER =
      Pattern.compile(
          "^\\S+ \\S+ (INFO |WARN ) \\[[^\\]]*\\] (((o|org)\\.a(pache)?\\.)?k(afka)?|state\\.change)\\.");

  private LogTail() {}

  /** Returns the end of a file, or why it cannot be read. */
  static String of(Path file) {
    try {
      return end(Files.readString(file));
    } catch (IOException gone) {
      return gone.toString();
    }
  }

  /**
   * Returns the end of a data folder's log, and before it the end without what Kafka just reports.
   */
  static String ofData(Path data) {
    Path file = data.resolve("logs/facestream.log");
    if (!Files.exists(file)) {
      return "There is no " + file.getFileName() + ": the program ended before it opened it.";
    }
    try {
      String all = Files.readString(file);
      String ours =
          ENTRY
              .splitAsStream(all)
              .filter(CHATTER.asPredicate().negate())
              .collect(Collectors.joining());
      return "---- %s without Kafka's chatter%n%s%n---- its end%n%s"
          .formatted(file.getFileName(), end(ours), end(all));
    } catch (IOException gone) {
      return gone.toString();
    }
  }

  private static String end(String text) {
    return text.substring(Math.max(0, text.length() - CHARACTERS));
  }
}
