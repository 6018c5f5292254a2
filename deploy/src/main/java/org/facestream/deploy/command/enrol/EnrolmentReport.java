package org.facestream.deploy.command.enrol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.facestream.deploy.command.OwnerOnly;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;

/**
 * The result for each picture, as CSV (RFC 4180, UTF-8), for a spreadsheet or a script. Each line
 * is written immediately. Only the owner can read the file, because it contains names.
 */
final class EnrolmentReport implements AutoCloseable {
  private static final String HEADER = "file,person,result,reason,message";

  /** What a spreadsheet takes for the begin of a formula. */
  private static final String FORMULA = "=+-@\t\r\uff1d\uff0b\uff0d\uff20";

  private final Path file;
  private final BufferedWriter writer;

  /**
   * Begins a report, in the place of an older one.
   *
   * @throws UserError when it cannot be written, or the file is something else
   */
  EnrolmentReport(Path file) {
    this.file = file;
    try {
      if (Files.exists(file) && Files.size(file) > 0 && !isReport(file)) {
        throw new UserError(
            "--report %s exists and is not a report: give another file.".formatted(file));
      }
      Files.deleteIfExists(file);
      writer = OwnerOnly.newFile(file);
      line(HEADER);
    } catch (IOException failed) {
      throw unwritable(failed);
    }
  }

  private static boolean isReport(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (BufferedReader reader = Files.newBufferedReader(file, ISO_8859_1)) {
      char[] start = new char[HEADER.length()];
      return reader.read(start) == start.length && HEADER.equals(new String(start));
    }
  }

  /** Adds a line. */
  void add(EnrolmentResult result) {
    try {
      if (result instanceof EnrolmentResult.Refused refused) {
        line(cells(result, "refused", refused.reason(), refused.message()));
      } else if (result instanceof EnrolmentResult.Enrolled enrolled) {
        String turned =
            enrolled.turned() == 0
                ? ""
                : String.format(Locale.ROOT, "turned by %d°", enrolled.turned());
        line(cells(result, enrolled.already() ? "already" : "enrolled", "", turned));
      }
    } catch (IOException failed) {
      throw unwritable(failed);
    }
  }

  private static String cells(EnrolmentResult result, String what, String reason, String message) {
    return String.join(
        ",", cell(result.source()), cell(result.name()), what, cell(reason), cell(message));
  }

  /** Quoted where it must be, and never a formula. */
  static String cell(String text) {
    String kept = text.replace("\u0000", "");
    if (!kept.isEmpty() && FORMULA.indexOf(kept.charAt(0)) >= 0) {
      kept = "'" + kept;
    }
    boolean plain = kept.chars().noneMatch(character -> "\",;\r\n\t".indexOf(character) >= 0);
    return plain ? kept : '"' + kept.replace("\"", "\"\"") + '"';
  }

  private void line(String cells) throws IOException {
    writer.write(cells);
    writer.write("\r\n");
    writer.flush();
  }

  private UserError unwritable(IOException failed) {
    return new UserError(
        "The report %s cannot be written: %s.".formatted(file, UserError.reason(failed)), failed);
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException failed) {
      throw unwritable(failed);
    }
  }
}
